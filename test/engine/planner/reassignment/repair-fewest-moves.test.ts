import assert from "node:assert/strict";
import fc from "fast-check";
import { buildProblem, type ReassignmentSpec } from "../../../../engine/planner/reassignment";
import { repairFewestMoves } from "../../../../engine/planner/reassignment/repair-fewest-moves";

/** The fewest moves of any assignment that keeps capacities, closed bins and the apart rule; null where there is none. */
function fewest(spec: ReassignmentSpec, apart: readonly number[]): number | null {
  const { items, bins } = spec;
  const closed = new Set(Array.from(spec.closed ?? []));
  const load = new Float64Array(bins);
  const at = new Int32Array(items).fill(-1);
  let best: number | null = null;
  const extend = (item: number, moves: number): void => {
    if (best !== null && moves >= best) return;
    if (item === items) {
      best = moves;
      return;
    }
    for (let b = 0; b < bins; b++) {
      if (closed.has(b) || load[b] + spec.demand[item] > spec.resources[0].capacity[b]) continue;
      if (apart.includes(item) && apart.some((other) => other < item && at[other] === b)) continue;
      load[b] += spec.demand[item];
      at[item] = b;
      extend(item + 1, moves + Number(spec.initial[item] >= 0 && spec.initial[item] !== b));
      load[b] -= spec.demand[item];
    }
  };
  extend(0, 0);
  return best;
}

describe("repair with the fewest moves", () => {
  it("moves as few items as an exhaustive search, and says when it can't", () => {
    const tally = { repaired: 0, impossible: 0, more: 0, moves: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 4, maxLength: 8 }),
        fc.array(fc.integer({ min: 6, max: 12 }), { minLength: 3, maxLength: 4 }),
        fc.array(fc.nat(99), { minLength: 8, maxLength: 8 }),
        fc.boolean(),
        fc.uniqueArray(fc.nat(7), { maxLength: 3 }),
        (demand, capacity, places, closes, wishes) => {
          const apart = wishes.filter((item) => item < demand.length).sort((a, b) => a - b);
          const spec: ReassignmentSpec = {
            items: demand.length,
            bins: capacity.length,
            resources: [{ capacity }],
            demand,
            initial: demand.map((_, item) => (places[item] % (capacity.length + 1)) - 1),
            closed: closes ? [0] : [],
            groups: [apart],
            rules: [{ kind: "apart", group: 0 }],
          };
          const least = fewest(spec, apart);
          const repair = repairFewestMoves(buildProblem(spec));
          if (repair.homeless.length > 0 || repair.broken > 0) {
            assert.equal(least, null, "given up, and there is a repair");
            tally.impossible++;
            return;
          }
          const load = new Float64Array(capacity.length);
          repair.binOf.forEach((b, item) => (load[b] += demand[item]));
          load.forEach((sum, b) =>
            assert.ok(sum <= capacity[b] && !(closes && b === 0 && sum > 0), `bin ${b}: ${sum}`),
          );
          assert.equal(new Set(apart.map((item) => repair.binOf[item])).size, apart.length);
          assert.ok(repair.leastMoves <= least! && repair.moves >= least!);
          tally.repaired++;
          tally.moves += repair.moves;
          if (repair.moves > least!) tally.more++;
        },
      ),
      { numRuns: 80, seed: 47 },
    );
    assert.ok(tally.repaired > 30 && tally.moves > 40 && tally.impossible > 2, JSON.stringify(tally));
    assert.equal(tally.more, 0, JSON.stringify(tally));
  });

  it("leaves alone what keeps everything", () => {
    const spec: ReassignmentSpec = {
      items: 3,
      bins: 2,
      resources: [{ capacity: [5, 5] }],
      demand: [2, 3, 4],
      initial: [0, 0, 1],
    };
    assert.deepEqual(repairFewestMoves(buildProblem(spec)), {
      binOf: Int32Array.of(0, 0, 1),
      moves: 0,
      leastMoves: 0,
      homeless: [],
      broken: 0,
    });
  });
});
