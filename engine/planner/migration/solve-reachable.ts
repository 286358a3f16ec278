import type { ActiveConstraint } from "../constraints/constraint";
import type { Model } from "../problem/model";
import type { SolveOptions } from "../solver/solve";
import { type RestartableSolution, solveWithRestarts } from "../solver/solve-with-restarts";
import { type NoGood, reachability } from "./no-good";
import type { MigrationPlan } from "./plan";
import { planMigration } from "./plan-migration";
import { requestsOf } from "./requests-of";

/** Targets tried; from the third on a VM that can't get where it should stays where it is. */
const MAX_ROUNDS = 6;
const OTHER_TARGETS = 2;

export interface ReachableSolution extends RestartableSolution {
  /** Null where nothing moves. */
  readonly migration: MigrationPlan | null;
}

/**
 * Solves, and solves again without the targets to which no order of moves leads, until all can be reached. The last round's
 * solution is given in any case: its plan of migration says what can't be reached.
 */
export async function solveReachable(
  model: Model,
  constraints: readonly ActiveConstraint[],
  options: SolveOptions,
): Promise<ReachableSolution> {
  const noGoods: NoGood[] = [];
  for (let round = 0; ; round++) {
    const solution = await solveWithRestarts(model, [...constraints, ...reachability(model, noGoods)], options);
    const { search, unplaced } = solution;
    const requests = unplaced.length > 0 ? [] : requestsOf(search);
    if (requests.length === 0) return { ...solution, migration: null };
    const { state, problem } = search;
    const target = Int32Array.from(model.vms, ({ current }, v) =>
      v < model.movable ? state.hostOf[problem.units.unitOf[v]] : current,
    );
    const { ordering, plan } = planMigration(model, constraints, target, requests);
    if (ordering.stuck.length === 0 || round === MAX_ROUNDS) return { ...solution, migration: plan };
    for (const { unit, because } of ordering.stuck) {
      noGoods.push({ vm: unit, host: round < OTHER_TARGETS ? target[unit] : -1, because });
    }
  }
}

/** The plan of migration with the reasons of the plan's moves. */
export function withReasons(plan: MigrationPlan, moves: readonly { id: string; reason: string }[]): MigrationPlan {
  const reasonOf = new Map(moves.map(({ id, reason }) => [id, reason]));
  return {
    ...plan,
    waves: plan.waves.map((wave) => ({
      ...wave,
      moves: wave.moves.map((move) => ({ ...move, reason: move.reason || (reasonOf.get(move.id) ?? "") })),
    })),
  };
}
