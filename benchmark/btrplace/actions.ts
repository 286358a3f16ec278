import type { Relocation } from "../../engine/planner/migration";
import type { BtrplaceInstance } from "../formats/btrplace";
import type { Compiled } from "./compile";

interface Span {
  readonly start: number;
  /** The first second after it. */
  readonly end: number;
}

/** BtrPlace's actions: what a reconfiguration plan is made of. */
export type Action = Span &
  (
    | { readonly kind: "migrateVM"; readonly vm: number; readonly from: number; readonly to: number }
    | { readonly kind: "bootVM" | "resumeVM"; readonly vm: number; readonly to: number }
    | { readonly kind: "shutdownVM" | "suspendVM" | "killVM"; readonly vm: number; readonly from: number }
    | { readonly kind: "allocate"; readonly vm: number; readonly on: number }
    | { readonly kind: "bootNode" | "shutdownNode"; readonly node: number }
  );

/** Name of the attribute that tells how long an action takes; 1 s where it isn't given, as BtrPlace has it. */
const ATTRIBUTE = {
  migrateVM: "migrate",
  bootVM: "boot",
  resumeVM: "resume",
  shutdownVM: "shutdown",
  suspendVM: "suspend",
  killVM: "kill",
  allocate: "allocate",
  bootNode: "boot",
  shutdownNode: "shutdown",
} as const;

type Timeless = Action extends infer A ? (A extends Action ? Omit<A, "start" | "end"> : never) : never;

/** The actions of each wave; a wave begins when the longest action of the one before has ended. */
export function actionsOf(
  waves: readonly (readonly Relocation[])[],
  compiled: Compiled,
  { model }: BtrplaceInstance,
): Action[] {
  const actions: Action[] = [];
  const opening = new Set(compiled.opening);
  let start = 0;
  for (const wave of waves) {
    let next = start;
    for (const move of wave) {
      const action = actionOf(move, compiled, opening);
      const given = "node" in action ? model.attributes.nodes[action.node] : model.attributes.vms[action.vm];
      const seconds = Number(given?.[ATTRIBUTE[action.kind]] ?? 1);
      const end = start + (seconds > 0 ? seconds : 1);
      actions.push({ ...action, start, end } as Action);
      next = Math.max(next, end);
    }
    start = next;
  }
  return actions;
}

function actionOf(
  { unit, from, to }: Relocation,
  { vms, nodes, verbs }: Compiled,
  opening: ReadonlySet<number>,
): Timeless {
  if (unit >= vms.length) {
    const bin = unit - vms.length;
    return { kind: opening.has(bin) ? "bootNode" : "shutdownNode", node: nodes[bin] };
  }
  const vm = vms[unit];
  if (from === to) return { kind: "allocate", vm, on: nodes[to] };
  const verb = verbs.get(vm);
  if (verb === "bootVM" || verb === "resumeVM") return { kind: verb, vm, to: nodes[to] };
  if (verb !== undefined) return { kind: verb, vm, from: nodes[from] };
  return { kind: "migrateVM", vm, from: nodes[from], to: nodes[to] };
}
