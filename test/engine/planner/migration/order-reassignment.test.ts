import assert from "node:assert/strict";
import fc from "fast-check";
import { orderReassignment, type ReassignmentOrder } from "../../../../engine/planner/migration";

interface Item {
  readonly from: number;
  readonly to: number;
  readonly before: number;
  readonly after: number;
}

const BINS = 4;

/** Items that fit where they are and where they shall be; -1 is nowhere. Bin 0 is closed in the end if `closes`. */
function orderOf(
  capacity: number,
  wanted: readonly Item[],
  apart: readonly number[],
  closes: boolean,
): ReassignmentOrder {
  const used = [new Float64Array(BINS), new Float64Array(BINS)];
  const clash = [new Set<number>(), new Set<number>()];
  const items = wanted.filter((item, i) => {
    const places = [item.from, item.to];
    const amounts = [item.before, item.after];
    const fits = places.every((bin, side) => {
      if (bin < 0) return true;
      if (side === 1 && closes && bin === 0) return false;
      return used[side][bin] + amounts[side] <= capacity && !(apart.includes(i) && clash[side].has(bin));
    });
    if (!fits) return false;
    places.forEach((bin, side) => {
      if (bin < 0) return;
      used[side][bin] += amounts[side];
      if (apart.includes(i)) clash[side].add(bin);
    });
    return true;
  });
  const kept = wanted.flatMap((item, i) => (items.includes(item) ? [i] : []));
  return {
    items: items.length,
    bins: BINS,
    resources: 1,
    from: Int32Array.from(items, ({ from }) => from),
    to: Int32Array.from(items, ({ to }) => to),
    before: Float64Array.from(items, ({ before }) => before),
    after: Float64Array.from(items, ({ after }) => after),
    capacity: new Float64Array(BINS).fill(capacity),
    allowed: (_item, bin) => !(closes && bin === 0),
    rules: [{ kind: "apart", group: 0 }],
    groups: [kept.flatMap((i, item) => (apart.includes(i) ? [item] : []))],
    partitions: [],
    opening: [],
    closing: closes ? [0] : [],
  };
}

/** Plays the waves, each wholly in flight: what is wrong. */
function play(order: ReassignmentOrder, waves: ReturnType<typeof orderReassignment>["waves"]): string[] {
  const wrong: string[] = [];
  const at = Array.from(order.from);
  const takes = Array.from(order.before);
  let closed = false;
  for (const [w, wave] of waves.entries()) {
    const load = new Array<number>(BINS).fill(0);
    const members = Array.from({ length: BINS }, () => new Set<number>());
    const put = (item: number, bin: number, amount: number) => {
      if (bin < 0) return;
      load[bin] += amount;
      if (Array.from(order.groups[0]).includes(item)) members[bin].add(item);
      if (closed && bin === 0) wrong.push(`wave ${w}: item ${item} on the closed bin`);
    };
    at.forEach((bin, item) => put(item, bin, takes[item]));
    for (const { unit, from, to } of wave) {
      if (unit >= order.items) {
        if (load[unit - order.items] > 0) wrong.push(`wave ${w}: a bin is closed with something on it`);
        closed = true;
        continue;
      }
      if (at[unit] !== from) wrong.push(`wave ${w}: item ${unit} isn't on bin ${from}`);
      if (from === to) put(unit, to, Math.max(0, order.after[unit] - takes[unit]));
      else put(unit, to, order.after[unit]);
    }
    load.forEach((sum, bin) => {
      if (sum > order.capacity[bin]) wrong.push(`wave ${w}: bin ${bin} has ${sum} of ${order.capacity[bin]}`);
      if (members[bin].size > 1) wrong.push(`wave ${w}: bin ${bin} has two that are apart`);
    });
    for (const { unit, to } of wave) {
      if (unit >= order.items) continue;
      at[unit] = to;
      takes[unit] = order.after[unit];
    }
  }
  return wrong;
}

describe("order of a reassignment", () => {
  it("keeps capacities and rules at every instant, and reaches each target or says why not", () => {
    const bin = fc.integer({ min: -1, max: BINS - 1 });
    const item = fc.record({
      from: bin,
      to: bin,
      before: fc.integer({ min: 1, max: 6 }),
      after: fc.integer({ min: 1, max: 6 }),
    });
    const tally = { reached: 0, stuck: 0, stops: 0, waves: 0 };
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 14 }),
        fc.array(item, { minLength: 3, maxLength: 14 }),
        fc.uniqueArray(fc.nat(13), { maxLength: 3 }),
        fc.boolean(),
        (capacity, wanted, apart, closes) => {
          const order = orderOf(capacity, wanted, apart, closes);
          const { waves, stuck } = orderReassignment(order);
          assert.deepEqual(play(order, waves), []);
          const at = Array.from(order.from);
          for (const wave of waves) for (const { unit, to } of wave) if (unit < order.items) at[unit] = to;
          const waiting = new Set(stuck.map(({ unit }) => unit));
          at.forEach((end, unit) => assert.equal(end, waiting.has(unit) ? order.from[unit] : order.to[unit]));
          assert.ok(stuck.every(({ because }) => because.length > 0));
          tally.stuck += stuck.length;
          tally.reached += waves.flat().length;
          tally.stops += waves.flat().filter(({ temporary }) => temporary).length;
          tally.waves = Math.max(tally.waves, waves.length);
        },
      ),
      { numRuns: 1000, seed: 43 },
    );
    assert.ok(tally.reached > 2000 && tally.stops > 10 && tally.waves > 2, JSON.stringify(tally));
    assert.ok(tally.stuck < tally.reached / 20, JSON.stringify(tally));
  });

  it("keeps a sequence, and what is to begin at once", () => {
    const order = {
      ...orderOf(
        20,
        [0, 1, 2].map((from) => ({ from, to: 3, before: 2, after: 2 })),
        [],
        false,
      ),
      sequences: [[2, 0, 1]],
    };
    const { waves } = orderReassignment(order);
    assert.deepEqual(
      waves.map((wave) => wave.map(({ unit }) => unit)),
      [[2], [0], [1]],
    );
  });
});
