import type { RuleSpec } from "../reassignment";
import { type Ordering, orderWaves } from "./order-waves";
import { reassignmentGuard } from "./reassignment-guard";

/**
 * A reassignment to be carried out: items that move (`from` to `to`), come (-1 to a bin), go (a bin to -1) or stay with another
 * demand; bins that must be opened first, or emptied and closed.
 */
export interface ReassignmentOrder {
  readonly items: number;
  readonly bins: number;
  readonly resources: number;
  /** [item] -1: nowhere. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** [item][resource] what it takes where it is, and where it will be. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** [bin][resource] */
  readonly capacity: Float64Array;
  /** Whether the item may be on the bin, be it for a while. */
  readonly allowed: (item: number, bin: number) => boolean;
  /** Rules to be kept at every instant. */
  readonly rules: readonly RuleSpec[];
  readonly groups: readonly ArrayLike<number>[];
  readonly partitions: readonly ArrayLike<number>[];
  /** Bins that are closed now, and to be opened. */
  readonly opening: readonly number[];
  /** Bins to be closed once they are empty. */
  readonly closing: readonly number[];
  /** Lists of items each of which begins only when those before it have ended. */
  readonly sequences?: readonly (readonly number[])[];
  /** Items that begin at once. */
  readonly first?: readonly number[];
}

/**
 * Waves of actions. A unit below `items` is an item: it moves, comes, goes or takes its new demand. Unit `items + b` opens or
 * closes bin b.
 */
export function orderReassignment(order: ReassignmentOrder): Ordering {
  const { items, bins, resources, from, to, before, after } = order;
  const changes = (item: number): boolean => {
    if (from[item] !== to[item]) return true;
    if (to[item] < 0) return false;
    for (let r = item * resources; r < (item + 1) * resources; r++) if (before[r] !== after[r]) return true;
    return false;
  };
  const gives = (item: number): boolean => {
    if (from[item] !== to[item]) return to[item] < 0;
    for (let r = item * resources; r < (item + 1) * resources; r++) if (after[r] > before[r]) return false;
    return true;
  };
  const first = new Set(order.first ?? []);
  // What only gives room goes first; what only grows where it is goes last, since nothing waits for it.
  const rank = (item: number): number => (first.has(item) ? 0 : gives(item) ? 1 : from[item] !== to[item] ? 2 : 3);
  const moving = Array.from({ length: items }, (_, item) => item).filter(changes);
  const units = [
    ...order.opening.map((bin) => items + bin),
    ...moving.sort((a, b) => rank(a) - rank(b) || a - b),
    ...order.closing.map((bin) => items + bin),
  ];
  const byRoom = binsByRoom(order);
  const ends = (unit: number, ends: Int32Array): number => (unit < items ? ends[unit] : unit - items);
  return orderWaves({
    from: Int32Array.from({ length: items + bins }, (_, unit) => ends(unit, from)),
    to: Int32Array.from({ length: items + bins }, (_, unit) => ends(unit, to)),
    bundles: joined(order, units),
    guard: () => reassignmentGuard(order, moving),
    temporaryHosts: (unit) =>
      unit < items && from[unit] >= 0 && to[unit] >= 0 && from[unit] !== to[unit] ? byRoom : [],
  });
}

/** Units in lists; those that a `together` rule of the bins themselves keeps together in one. */
function joined({ rules, groups, from, to }: ReassignmentOrder, units: readonly number[]): number[][] {
  const bundleOf = new Map(units.map((unit) => [unit, [unit]]));
  for (const rule of rules) {
    if (rule.kind !== "together" || rule.partition !== undefined) continue;
    const members = Array.from(groups[rule.group]).filter((item) => bundleOf.has(item) && from[item] !== to[item]);
    for (const item of members.slice(1)) {
      const [into, other] = [bundleOf.get(members[0])!, bundleOf.get(item)!];
      if (into === other) continue;
      into.push(...other);
      for (const each of other) bundleOf.set(each, into);
    }
  }
  return [...new Set(units.map((unit) => bundleOf.get(unit)!))];
}

/** Bins by what is free on them now, the roomiest first: the sum over resources of the share of the largest capacity. */
function binsByRoom({ items, bins, resources, from, before, capacity, closing }: ReassignmentOrder): number[] {
  const room = Float64Array.from(capacity);
  const largest = new Float64Array(resources).fill(1);
  for (let i = 0; i < bins * resources; i++) largest[i % resources] = Math.max(largest[i % resources], capacity[i]);
  for (let item = 0; item < items; item++) {
    if (from[item] < 0) continue;
    for (let r = 0; r < resources; r++) room[from[item] * resources + r] -= before[item * resources + r];
  }
  const free = Float64Array.from({ length: bins }, (_, bin) => {
    let sum = 0;
    for (let r = 0; r < resources; r++) sum += room[bin * resources + r] / largest[r];
    return sum;
  });
  const shut = new Set(closing);
  const open = Array.from({ length: bins }, (_, bin) => bin).filter((bin) => !shut.has(bin));
  return open.sort((a, b) => free[b] - free[a] || a - b);
}
