import { AffinityError } from "../../errors";
import type { ActiveConstraint } from "../constraints/constraint";
import type { Model } from "../problem/model";
import { buildProblem } from "../problem/problem";
import { placeAll } from "../solver";
import { count, listNames } from "../wording";

/** Rounds of making room per trial: the whole search tries longer. */
const ROUNDS = 2;
/** Sets of one and two are tried outright up to this many trials of placing, so that the answer is the smallest. */
const MAX_PAIRS = 300;

/** What can stand in a conflict: a hard constraint, or the limit on moves. */
interface Item {
  readonly constraint: string;
  readonly name: string;
  readonly text: string;
  readonly active: ActiveConstraint | null;
}

function itemsOf(model: Model, constraints: readonly ActiveConstraint[]): Item[] {
  const items = constraints
    .filter(({ hard }) => hard)
    .map((active): Item => ({
      constraint: active.constraint,
      name: active.name,
      text: active.because(null, null),
      active,
    }));
  const { maxMoves } = model.request.config;
  const running = model.vms.slice(0, model.movable).some((vm) => vm.current >= 0);
  if (!running) return items;
  const text = `no more than ${count(maxMoves, "VM")} that run already may move`;
  return [...items, { constraint: "maximum-moves", name: `maximum moves (${maxMoves})`, text, active: null }];
}

/**
 * The smallest set of constraints that leaves no host for some VM: sets of one and of two outright, else an
 * irreducible set by a deletion filter (Chinneck): each constraint is left out in turn, for good where that doesn't help.
 * `possible` tells whether everything can be placed under a set; being a search, it can miss a placement, not make one up.
 */
export function smallestConflict<T>(items: readonly T[], possible: (subset: readonly T[]) => boolean): T[] {
  let kept = [...items];
  // Whole blocks first: most of a cluster's rules have nothing to do with the conflict.
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = kept.length; at > 0; at -= size) {
      const without = kept.filter((_, i) => i < at - size || i >= at);
      if (without.length < kept.length && !possible(without)) kept = without;
    }
  }
  if (kept.length < 2) return kept;
  const alone = items.find((item) => !possible([item]));
  if (alone !== undefined) return [alone];
  if (kept.length === 2 || (items.length * (items.length - 1)) / 2 > MAX_PAIRS) return kept;
  for (let i = 0; i < items.length; i++) {
    for (let j = i + 1; j < items.length; j++) if (!possible([items[i], items[j]])) return [items[i], items[j]];
  }
  return kept;
}

/** The error for a request that can't be met: who has no host, and the smallest set of constraints that is to blame. */
export function infeasible(
  model: Model,
  constraints: readonly ActiveConstraint[],
  homeless: readonly string[],
  possible: (subset: readonly ActiveConstraint[], maxMoves: number) => boolean,
): AffinityError {
  const conflict = smallestConflict(itemsOf(model, constraints), (subset) =>
    possible(
      subset.flatMap(({ active }) => (active ? [active] : [])),
      subset.some(({ active }) => active === null) ? model.request.config.maxMoves : Infinity,
    ),
  );
  const names = [...homeless].sort();
  const plural = conflict.length === 1 ? "this constraint" : `these ${conflict.length} constraints together`;
  return new AffinityError({
    code: "PLAN_INFEASIBLE",
    message: `no host of cluster "${model.cluster.name}" can take ${listNames(names.map((name) => `"${name}"`))}: ${plural} leave${conflict.length === 1 ? "s" : ""} none`,
    hint: "relax one of them, add room, or take VMs out of the request",
    problems: conflict.map(({ constraint, name, text }) => ({ path: constraint, message: `${name}: ${text}` })),
  });
}

/** Whether all VMs find a host under a set of constraints. */
export function canPlace(
  model: Model,
  subset: readonly ActiveConstraint[],
  maxMoves: number,
  signal?: AbortSignal,
): boolean {
  signal?.throwIfAborted();
  const soft = { rounds: ROUNDS, maxMoves };
  return placeAll(buildProblem(model, subset), model.request.config.seed, signal, soft).unplaced.length === 0;
}
