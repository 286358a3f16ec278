import { AffinityError } from "../../errors";
import type { ActiveConstraint } from "../constraints/constraint";
import { moveLimit } from "../constraints/maximum-moves";
import type { Model } from "../problem/model";
import { buildProblem } from "../problem/problem";
import { proveInfeasible, proveTooFewMoves } from "../proof";
import { placeAll } from "../solver";
import { listNames } from "../wording";
import { smallestConflict } from "./smallest-conflict";

/** Rounds of making room per trial: few where a trial takes long, since the whole search has tried longer. */
const ROUNDS = { small: 20, large: 2 } as const;
const SMALL_PAIRS = 2000;
/** Trials of placing that may go into proving a conflict the smallest; fewer in large clusters, by VMs times hosts. */
const MAX_TRIALS = 300;
const MAX_TRIAL_PAIRS = 30_000_000;

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
  const limit = moveLimit(model);
  return limit ? [...items, { ...limit, active: null }] : items;
}

/**
 * The error for a request that can't be met: who has no host, and the smallest set of constraints that is to blame; whether
 * that is proven, and by what, or only that no way was found.
 * @param asked the model that `possible` judges, where it isn't `model` itself
 */
export function infeasible(
  model: Model,
  constraints: readonly ActiveConstraint[],
  homeless: readonly string[],
  possible: (subset: readonly ActiveConstraint[], maxMoves: number) => boolean,
  asked: Model = model,
): AffinityError {
  const oracle = (subset: readonly Item[]): boolean =>
    possible(
      subset.flatMap(({ active }) => (active ? [active] : [])),
      subset.some(({ active }) => active === null) ? model.request.config.maxMoves : Infinity,
    );
  const pairs = Math.max(1, model.movable * model.hosts.length);
  const trials = Math.min(MAX_TRIALS, Math.ceil(MAX_TRIAL_PAIRS / pairs));
  const { conflict, smallest } = smallestConflict(itemsOf(model, constraints), oracle, trials);
  const names = [...homeless].sort();
  const plural = conflict.length === 1 ? "this constraint" : `these ${conflict.length} constraints together`;
  const fewer = smallest ? "and no fewer do" : "without any one of them there is a way; that no fewer do isn't proven";
  const moves = conflict.some(({ active }) => active === null) ? model.request.config.maxMoves : Infinity;
  const blamed = conflict.flatMap(({ active }) => (active ? [active] : []));
  const tooFewMoves = asked === model ? null : proveTooFewMoves(model, blamed, moves);
  const proof = tooFewMoves ?? proveInfeasible(asked, blamed, moves);
  const proven = proof === null ? "no way was found, that there is none isn't proven" : `proven: ${proof}`;
  return new AffinityError({
    code: "PLAN_INFEASIBLE",
    message: `no host of cluster "${model.cluster.name}" can take ${listNames(names.map((name) => `"${name}"`))}: ${plural} leave${conflict.length === 1 ? "s none" : ` none, ${fewer}`} (${proven})`,
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
  const small = model.movable * model.hosts.length <= SMALL_PAIRS;
  const soft = { rounds: small ? ROUNDS.small : ROUNDS.large, maxMoves, thorough: small };
  return placeAll(buildProblem(model, subset), model.request.config.seed, { signal }, soft).unplaced.length === 0;
}
