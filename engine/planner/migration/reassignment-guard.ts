import type { Guard } from "./guard";
import { MovingRules } from "./moving-rules";
import type { ReassignmentOrder } from "./order-reassignment";

/** The guard: capacities with both ends of every move counted, the rules, bins not open yet and not empty yet, sequences. */
export function reassignmentGuard(order: ReassignmentOrder, moving: readonly number[]): Guard {
  const { items, bins, resources, from, to, before, after, capacity } = order;
  const at = Int32Array.from(from);
  const room = Float64Array.from(capacity);
  const guests = new Int32Array(bins);
  const open = new Uint8Array(bins).fill(1);
  for (const bin of order.opening) open[bin] = 0;
  const closing = new Set(order.closing);
  const grown = new Uint8Array(items);
  const rules = new MovingRules(order);
  const take = (bin: number, amounts: Float64Array, item: number, sign: number): void => {
    for (let r = 0; r < resources; r++) room[bin * resources + r] -= sign * amounts[item * resources + r];
  };
  for (let item = 0; item < items; item++) {
    if (from[item] < 0) continue;
    take(from[item], before, item, 1);
    guests[from[item]]++;
    rules.arrive(item, -1, from[item]);
  }
  const precedents = new Map<number, number[]>();
  const remaining = new Set(moving);
  for (const list of order.sequences ?? []) list.forEach((item, i) => void precedents.set(item, list.slice(0, i)));
  /** What the item takes where it is: its new demand once it has moved, be it to a bin on the way. */
  const amountsAt = (item: number): Float64Array => (grown[item] ? after : before);

  /** Takes (1) or gives back (-1) what an item that stays asks for more. */
  const grow = (item: number, sign: number): void => {
    for (let r = 0; r < resources; r++) {
      const more = after[item * resources + r] - before[item * resources + r];
      if (more > 0) room[at[item] * resources + r] -= sign * more;
    }
  };
  const shrink = (item: number): void => {
    for (let r = 0; r < resources; r++) {
      const less = before[item * resources + r] - after[item * resources + r];
      if (less > 0) room[at[item] * resources + r] += less;
    }
  };

  const why = (unit: number, target: number, bundled: boolean): string | null => {
    if (unit >= items) {
      const bin = unit - items;
      return closing.has(bin) && guests[bin] > 0 ? `bin ${bin} isn't empty` : null;
    }
    const waits = precedents.get(unit)?.find((item) => remaining.has(item));
    if (waits !== undefined) return `item ${waits} comes before item ${unit}`;
    if (target < 0) return null;
    if (!open[target]) return `bin ${target} isn't open yet`;
    if (target !== at[unit] && !order.allowed(unit, target)) return `item ${unit} may not be on bin ${target}`;
    for (let r = 0; r < resources; r++) {
      const here = target === at[unit] ? amountsAt(unit)[unit * resources + r] : 0;
      const more = after[unit * resources + r] - here;
      if (more > 0 && more > room[target * resources + r]) return `bin ${target} has no room for item ${unit}`;
    }
    return rules.allows(unit, at[unit], target, bundled) ? null : `a rule keeps item ${unit} off bin ${target}`;
  };
  return {
    fits: (unit, target, bundled) => why(unit, target, bundled) === null,
    because: (unit, target) => why(unit, target, false) ?? "the items that must move with it can't",
    start(unit, target) {
      if (unit >= items) return;
      if (target >= 0 && target !== at[unit]) {
        take(target, after, unit, 1);
        guests[target]++;
      } else if (target >= 0) grow(unit, 1);
      rules.arrive(unit, at[unit], target);
    },
    finish(unit, source, target) {
      if (unit >= items) {
        open[unit - items] = 1;
        return;
      }
      if (source >= 0 && source !== target) {
        take(source, amountsAt(unit), unit, -1);
        guests[source]--;
      } else if (source >= 0) shrink(unit);
      rules.leave(unit, source, target);
      if (target === to[unit]) remaining.delete(unit);
      if (target >= 0) grown[unit] = 1;
      at[unit] = target;
    },
    cancel(unit, source, target) {
      if (unit >= items) return;
      if (target >= 0 && target !== source) {
        take(target, after, unit, -1);
        guests[target]--;
      } else if (target >= 0) grow(unit, -1);
      // What came in is taken off again, and nothing has left.
      rules.leave(unit, target, source);
      at[unit] = source;
    },
    reopen(unit, source, target) {
      if (unit >= items) return;
      // Only an item that has not been anywhere else yet is tried on the way.
      grown[unit] = 0;
      take(source, amountsAt(unit), unit, 1);
      guests[source]++;
      rules.arrive(unit, target, source);
      remaining.add(unit);
      at[unit] = source;
    },
  };
}
