import type { Classes, HostClass, Spread } from "./host-classes";
import { changeValue, type Prices, spreadValue } from "./prices";

/** One thing that a host can do: what its VMs of each type amount to afterwards, and what that gains. */
export interface Choice {
  /** [type, amount] of what comes (negative: goes), single and spread together, ascending by type. */
  readonly net: readonly (readonly [number, number])[];
  readonly moves: number;
  /** Whole pieces more than now. */
  readonly gain: number;
  /** By how much the host's best choice is better, under the prices. */
  readonly loss: number;
  readonly direct: boolean;
  readonly spread: Spread;
  /** [node] index of its change. */
  readonly changes: readonly number[];
}

/** Choices of one class kept for the combination. */
const MOST_CHOICES = 60;

/** [class] the choices that lose no more than `gap` against the best, the best first, "nothing" always among them. */
export function choicesOf(classes: Classes, prices: Prices, gap: number): Choice[][] {
  const values = classes.nodes.map((changes) =>
    Float64Array.from({ length: changes.count }, (_, c) => changeValue(changes, c, prices)),
  );
  const sorted = values.map((list) => Array.from(list.keys()).sort((a, b) => list[b] - list[a] || a - b));
  const topOf = values.map((list, node) => list[sorted[node][0]]);
  return classes.list.map((group) => {
    const best = Math.max(
      ...group.spreads.map((spread) =>
        spread.nodes.reduce((sum, { index }) => sum + topOf[index], spreadValue(spread, prices)),
      ),
    );
    const found = new Map<string, Choice>();
    for (const spread of group.spreads) {
      const own = spreadValue(spread, prices);
      const tops = spread.nodes.map(({ index }) => topOf[index]);
      const descend = (q: number, value: number, chosen: number[]): void => {
        if (q === spread.nodes.length) return keep(found, choiceOf(group, spread, chosen, best - value));
        const rest = tops.slice(q + 1).reduce((a, b) => a + b, 0);
        const list = values[spread.nodes[q].index];
        for (const c of sorted[spread.nodes[q].index]) {
          if (value + list[c] + rest < best - gap) break;
          descend(q + 1, value + list[c], [...chosen, c]);
        }
      };
      descend(0, own, []);
    }
    // A node's first change is none.
    const idle = choiceOf(
      group,
      group.spreads[0],
      group.spreads[0].nodes.map(() => 0),
      0,
    );
    const nothing = { ...idle, loss: best - group.pieces };
    const choices = withoutWorse([...found.values()])
      .sort((a, b) => a.loss - b.loss || a.moves - b.moves)
      .slice(0, MOST_CHOICES);
    return choices.some(({ net, moves }) => net.length === 0 && moves === 0) ? choices : [...choices, nothing];
  });
}

/** Of choices that come to the same, the one that gains more is kept, then the one that can be had in any order. */
function keep(found: Map<string, Choice>, choice: Choice): void {
  const key = `${choice.moves}|${choice.net.join("|")}`;
  const known = found.get(key);
  if (!known || choice.gain > known.gain || (choice.gain === known.gain && choice.direct && !known.direct)) {
    found.set(key, choice);
  }
}

/** Without those that come to the same as another that takes no more moves and gains as much. */
function withoutWorse(choices: readonly Choice[]): Choice[] {
  const best = new Map<string, Choice[]>();
  for (const choice of [...choices].sort((a, b) => a.moves - b.moves)) {
    const same = best.get(choice.net.join("|")) ?? [];
    if (same.every(({ gain }) => gain < choice.gain)) best.set(choice.net.join("|"), [...same, choice]);
  }
  return [...best.values()].flat();
}

function choiceOf({ pieces }: HostClass, spread: Spread, changes: readonly number[], loss: number): Choice {
  const net = new Map<number, number>();
  const add = (type: number, amount: number) => net.set(type, (net.get(type) ?? 0) + amount);
  for (const { type, amount } of spread.parts) add(type, amount);
  let gain = -pieces;
  let moves = spread.moves;
  let direct = spread.direct;
  spread.nodes.forEach((node, q) => {
    const c = changes[q];
    gain += node.pieces[c];
    moves += node.moves[c];
    direct &&= node.direct[c] === 1;
    for (let i = node.starts[c]; i < node.starts[c + 1]; i++) add(node.types[i], node.amounts[i]);
  });
  const amounts = [...net].filter(([, amount]) => amount !== 0).sort(([a], [b]) => a - b);
  return { net: amounts, moves, gain, loss, direct, spread, changes };
}
