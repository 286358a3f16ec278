import { randomOf } from "../solver/random";
import { assemble } from "./assemble";
import { fragmentsOf, type NumaCluster, type NumaMove } from "./cluster";
import { greedyMoves } from "./greedy";
import { type Choice, choicesOf } from "./host-choices";
import { type Classes, classify } from "./host-classes";
import { orderMoves } from "./order";
import { findPrices, type Priced } from "./prices";
import { replay } from "./replay";

export interface DefragmentOptions {
  /** Cores of the VM that free room should be able to take, per NUMA node. */
  readonly piece: number;
  readonly maxMoves: number;
  readonly seed: number;
  /** Asked often; once true, the best so far is given. */
  readonly stop: () => boolean;
}

export interface Defragmentation {
  /** In an order in which each has room when its turn comes. */
  readonly moves: readonly NumaMove[];
  /** Cores free in pieces too small, before and after, and all free cores. */
  readonly before: number;
  readonly after: number;
  readonly free: number;
  /** No plan within the moves leaves fewer, as far as changes of a few VMs per node go. */
  readonly bound: number;
}

/** Choices this far from a host's best are looked at, in pieces. */
const GAP = 0.8;
/** Plans made anew with hosts that were stuck taking only what fits at once. */
const MAX_RETRIES = 8;

/**
 * Moves VMs between NUMA nodes so that as much as possible of the free CPU lies in whole pieces, within a number of
 * moves.
 *
 * All free CPU being constant, that is to have the most whole pieces. What a host can give and take is listed (node
 * changes of a few VMs, by type); Lagrangian prices of the types and of a move let each host choose for itself and
 * bound what any plan can gain; dynamic programming over near-best choices then makes gives and takes even. VMs of one
 * type stand for each other until the order is sought, where a host that can't take before it gives is told to take
 * only what fits at once, if no order is found.
 */
export function defragment(cluster: NumaCluster, options: DefragmentOptions): Defragmentation {
  const { piece, maxMoves, seed, stop } = options;
  const { fragments: before, free } = fragmentsOf(cluster.hosts, piece);
  // An answer for whoever stops early; what follows is far better, but all of it comes at the end.
  let best = withoutNeedless(cluster, greedyMoves(cluster, piece, maxMoves, stop), piece);
  const classes = classify(cluster, piece);
  const priced = findPrices(classes, maxMoves, stop);
  const choices = choicesOf(classes, priced.prices, GAP);
  const random = randomOf(seed);
  const bound = Math.max(0, before - piece * Math.floor(priced.bound + 1e-6));
  const restricted = new Set<number>();
  for (let retry = 0; retry < MAX_RETRIES && best.after > bound; retry++) {
    const allowed = restrict(classes, choices, priced, restricted);
    const plan = assemble(allowed.classes, allowed.choices, { ...priced, busy: allowed.busy }, maxMoves, random, stop);
    const { moves, stuck } = orderMoves(cluster, classes, plan.choice);
    const trimmed = withoutNeedless(cluster, moves, piece);
    if (trimmed.after < best.after) best = trimmed;
    if (stuck.length === 0 || stop()) break;
    for (const host of stuck) restricted.add(host);
  }
  return { ...best, before, free, bound };
}

/** The same classes, with the hosts that must not take before they give in classes of their own. */
function restrict(
  classes: Classes,
  choices: readonly (readonly Choice[])[],
  { busy }: Priced,
  hosts: ReadonlySet<number>,
) {
  const list = classes.list.flatMap((group, c) => {
    const bound = group.hosts.filter((host) => hosts.has(host));
    const free = group.hosts.filter((host) => !hosts.has(host));
    if (bound.length === 0) return [{ group, choices: choices[c], busy: busy[c] }];
    return [
      { group: { ...group, hosts: free }, choices: choices[c], busy: busy[c] },
      {
        group: { ...group, hosts: bound },
        choices: choices[c].filter(({ direct }) => direct),
        busy: bound.length,
      },
    ];
  });
  return {
    classes: { ...classes, list: list.map(({ group }) => group) },
    choices: list.map((entry) => entry.choices),
    busy: list.map((entry) => entry.busy),
  };
}

/** Takes out every move without which the rest still has room in turn and leaves no more fragments. */
function withoutNeedless(cluster: NumaCluster, moves: readonly NumaMove[], piece: number) {
  let kept = [...moves];
  let after = replay(cluster, kept, piece)!;
  for (let i = kept.length - 1; i >= 0; i--) {
    const without = kept.filter((_, j) => j !== i);
    const fragments = replay(cluster, without, piece);
    if (fragments === null || fragments > after) continue;
    kept = without;
    after = fragments;
  }
  return { moves: kept, after };
}
