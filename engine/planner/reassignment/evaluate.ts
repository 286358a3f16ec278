import type { ReassignmentProblem } from "./problem";

/** What an assignment costs and breaks. */
export interface Evaluation {
  readonly cost: number;
  readonly moves: number;
  /** Items without a bin or on one that they aren't allowed on. */
  readonly misplaced: number;
  /** [bin][resource] pairs above capacity. */
  readonly overloads: number;
  /** Demand above capacity, summed. */
  readonly overload: number;
  /** Units of violation of hard rules. */
  readonly rules: number;
  /** Moves above the most that are allowed. */
  readonly excessMoves: number;
}

/** No violation of anything hard. */
export function isFeasible(evaluation: Evaluation): boolean {
  return evaluation.misplaced + evaluation.overloads + evaluation.rules + evaluation.excessMoves === 0;
}

/** Evaluates an assignment from nothing but the problem: slow, plain, and sharing no sums with the search. */
export function evaluate(
  problem: ReassignmentProblem,
  binOf: ArrayLike<number>,
  modeOf: ArrayLike<number>,
): Evaluation {
  const { items, bins, resources, modes, demand, initial, initialMode } = problem;
  const used = new Float64Array(bins * resources);
  const staying = new Float64Array(bins * resources);
  const count = new Int32Array(bins);
  const groupMoves = new Int32Array(problem.moveGroups);
  let cost = 0;
  let moves = 0;
  let misplaced = 0;
  for (let item = 0; item < items; item++) {
    const [bin, mode, home, homeMode] = [binOf[item], modeOf[item], initial[item], initialMode[item]];
    const away = home >= 0 && (bin !== home || mode !== homeMode);
    for (let r = 0; r < resources; r++) {
      if (bin >= 0) used[bin * resources + r] += demand[(item * modes + mode) * resources + r];
      if (away && problem.transient[r]) {
        staying[home * resources + r] += demand[(item * modes + homeMode) * resources + r];
      }
    }
    const row = problem.allowedRow[item];
    if (bin < 0 || (row >= 0 && !problem.allowed[row * bins + bin])) misplaced++;
    if (bin < 0) continue;
    count[bin]++;
    if (problem.preferenceRow[item] >= 0) cost += problem.preference[problem.preferenceRow[item] * bins + bin];
    if (!away || (bin === home && !problem.modeChangeIsMove)) continue;
    moves++;
    cost += problem.moveCost[item];
    if (bin !== home) cost += problem.pairCost[problem.pairFrom[home] * problem.pairToClasses + problem.pairTo[bin]];
    if (problem.moveGroup[item] >= 0) groupMoves[problem.moveGroup[item]]++;
  }
  cost += problem.groupMoveWeight * groupMoves.reduce((most, each) => Math.max(most, each), 0);

  let overloads = 0;
  let overload = 0;
  for (let bin = 0; bin < bins; bin++) {
    if (count[bin] > 0) cost += problem.useCost[bin];
    const free = (r: number) => problem.capacity[bin * resources + r] - used[bin * resources + r];
    for (let r = 0; r < resources; r++) {
      const at = bin * resources + r;
      const above = used[at] + staying[at] - problem.capacity[at];
      if (above > 0) overloads++;
      overload += Math.max(0, above);
      cost += problem.excessWeight[r] * Math.max(0, used[at] - problem.safety[at]);
    }
    const { balances, fragments } = problem;
    balances.weight.forEach((weight, k) => {
      cost += weight * Math.max(0, balances.target[k] * free(balances.a[k]) - free(balances.b[k]));
    });
    fragments.weight.forEach((weight, f) => {
      cost += weight * (Math.max(0, free(fragments.resource[f])) % fragments.unit[f]);
    });
  }
  const broken = evaluateRules(problem, binOf);
  return {
    cost: cost + broken.cost,
    moves,
    misplaced,
    overloads,
    overload,
    rules: broken.hard,
    excessMoves: Math.max(0, moves - problem.maxMoves),
  };
}

function evaluateRules(problem: ReassignmentProblem, binOf: ArrayLike<number>): { hard: number; cost: number } {
  const { counters, pairRules, bins } = problem;
  let hard = 0;
  let cost = 0;
  const pay = (units: number, weight: number) => {
    if (weight === Infinity) hard += units;
    else cost += units * weight;
  };
  const held: Map<number, number>[] = [];
  for (let c = 0; c < counters.count; c++) {
    const members = new Map<number, number>();
    for (let k = counters.membersStart[c]; k < counters.membersStart[c + 1]; k++) {
      const bin = binOf[counters.members[k]];
      if (bin < 0) continue;
      const cell = problem.cellOf[counters.partition[c] * bins + bin];
      members.set(cell, (members.get(cell) ?? 0) + 1);
    }
    held.push(members);
    const excess = [...members.values()].reduce((sum, each) => sum + Math.max(0, each - counters.limit[c]), 0);
    if (excess > 0) pay(excess, counters.limitWeight[c]);
    if (members.size < counters.fewest[c]) pay(counters.fewest[c] - members.size, counters.fewestWeight[c]);
    if (members.size > counters.most[c]) pay(members.size - counters.most[c], counters.mostWeight[c]);
  }
  for (let rule = 0; rule < pairRules.count; rule++) {
    const to = held[pairRules.to[rule]];
    let units = 0;
    for (const cell of held[pairRules.from[rule]].keys())
      if (to.has(cell) === (pairRules.excludes[rule] === 1)) units++;
    if (units > 0) pay(units, pairRules.weight[rule]);
  }
  return { hard, cost };
}
