import { orderReassignment } from "../../engine/planner/migration";
import { buildProblem } from "../../engine/planner/reassignment";
import { repairFewestMoves } from "../../engine/planner/reassignment/repair-fewest-moves";
import type { BtrplaceInstance } from "../formats/btrplace";
import { type Action, actionsOf } from "./actions";
import { compileBtrplace } from "./compile";

export interface Reconfiguration {
  readonly actions: readonly Action[];
  readonly waves: number;
  /** No plan has fewer migrations. */
  readonly leastMoves: number;
  /** VMs that have no node in the end, or can't get there. */
  readonly left: readonly { readonly vm: number; readonly because: string }[];
  /** Units of rules (VMs or cells too many) that no placement was found without. */
  readonly broken: number;
}

/** The instance's reconfiguration plan: the fewest migrations, in waves of actions. */
export function reconfigure(instance: BtrplaceInstance): Reconfiguration {
  const compiled = compileBtrplace(instance);
  const { vms, nodes, from, spec } = compiled;
  const problem = buildProblem(spec);
  const repair = repairFewestMoves(problem);
  const to = Int32Array.from(vms, (_, item) => (item < spec.items ? repair.binOf[item] : -1));
  // What has no place in the end stays where it is, and is reported.
  for (const item of repair.homeless) to[item] = from[item];
  const ordering = orderReassignment({
    ...compiled,
    items: vms.length,
    bins: nodes.length,
    to,
    allowed(item, bin) {
      const row = item < spec.items ? problem.allowedRow[item] : -1;
      return row < 0 || problem.allowed[row * problem.bins + bin] === 1;
    },
    rules: compiled.continuous,
    partitions: spec.partitions ?? [],
  });
  return {
    actions: actionsOf(ordering.waves, compiled, instance),
    waves: ordering.waves.length,
    leastMoves: repair.leastMoves,
    broken: repair.broken,
    left: [
      ...repair.homeless.map((item) => ({ vm: vms[item], because: "no node has room for it" })),
      ...ordering.stuck.map(({ unit, because }) => ({ vm: vms[unit] ?? -1, because })),
    ],
  };
}
