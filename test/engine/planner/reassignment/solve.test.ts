import assert from "node:assert/strict";
import fc from "fast-check";
import {
  buildProblem,
  isFeasible,
  lowerBound,
  solve,
  solveInParallel,
  type ReassignmentSpec,
} from "../../../../engine/planner/reassignment";
import { createRandom } from "../../../../engine/random";
import { judge } from "./judge";
import { smallSpec } from "./small-problems";

const seed = 7;

/** Sixty items that all started on the first half of the bins, in twenty groups that stay apart. */
function crowded(): ReassignmentSpec {
  const random = createRandom(1, "crowded");
  const [items, bins] = [60, 8];
  const every = (length: number, value: (i: number) => number) => Array.from({ length }, (_, i) => value(i));
  return {
    items,
    bins,
    resources: [
      { capacity: every(bins, () => 400), safety: every(bins, () => 120), excessWeight: 3 },
      { capacity: every(bins, () => 500), transient: true },
    ],
    demand: every(items * 2, () => 1 + random.integer(20)),
    initial: every(items, (item) => item % 4),
    groups: Array.from({ length: 20 }, (_, group) => [group, group + 20, group + 40]),
    rules: Array.from({ length: 20 }, (_, group) => ({ kind: "apart" as const, group, weight: 50 })),
    moveCost: every(items, () => 1),
  };
}

describe("solve", () => {
  it("keeps everything hard that the initial assignment keeps, and never costs more", () => {
    let hard = 0;
    fc.assert(
      fc.property(smallSpec(), fc.nat(), (spec, seedOf) => {
        const problem = buildProblem(spec);
        const before = judge(spec, problem.initial, problem.initialMode);
        const { bins, modes, evaluation, bound } = solve(problem, { seed: seedOf, budget: { attempts: 4096 } });
        const after = judge(spec, bins, modes);
        assert.ok(Math.abs(evaluation.cost - after.cost) < 1e-6);
        assert.equal(isFeasible(evaluation), after.broken === 0);
        if (after.broken === 0) assert.ok(bound <= after.cost + 1e-6);
        if (before.broken === 0) assert.ok(after.cost <= before.cost + 1e-6);
        // Solved once more from a sound result, everything stays sound.
        if (after.broken > 0) return;
        hard++;
        const kept = { ...spec, initial: bins, initialMode: modes };
        const anew = judge(kept, bins, modes);
        const again = solve(buildProblem(kept), { seed: seedOf + 1, budget: { attempts: 4096 } });
        const final = judge(kept, again.bins, again.modes);
        assert.ok(final.broken <= anew.broken);
        if (anew.broken === 0) assert.ok(final.cost <= anew.cost + 1e-6);
      }),
      { numRuns: 100 },
    );
    assert.ok(hard > 10, `only ${hard} sound results`);
  });

  it("finds the cheapest of all assignments of tiny problems", () => {
    let unsolved = 0;
    fc.assert(
      fc.property(
        smallSpec().filter((spec) => spec.items <= 4 && spec.bins <= 3 && spec.modes === 1),
        (spec) => {
          const problem = buildProblem(spec);
          let best = Infinity;
          const bins = new Int32Array(spec.items);
          const none = new Uint8Array(spec.items);
          const all = spec.bins ** spec.items;
          for (let code = 0; code < all; code++) {
            for (let item = 0, rest = code; item < spec.items; item++, rest = Math.floor(rest / spec.bins)) {
              bins[item] = rest % spec.bins;
            }
            const verdict = judge(spec, bins, none);
            if (verdict.broken === 0) best = Math.min(best, verdict.cost);
          }
          const { evaluation } = solve(problem, { seed, budget: { attempts: 8192 } });
          if (isFeasible(evaluation))
            assert.ok(Math.abs(evaluation.cost - best) < 1e-6, `${evaluation.cost}, not ${best}`);
          else unsolved += best < Infinity ? 1 : 0;
        },
      ),
      { numRuns: 40, seed: 1 },
    );
    assert.ok(unsolved <= 4, `${unsolved} of 40 problems have a solution that wasn't found`);
  });

  it("empties closed bins, places what runs nowhere and moves nothing else", () => {
    const bins = 4;
    const spec: ReassignmentSpec = {
      items: 7,
      bins,
      resources: [{ capacity: [10, 10, 10, 10], transient: true }],
      demand: [4, 4, 4, 4, 4, 3, 3],
      initial: [0, 0, 1, 2, 3, 3, -1],
      closed: [0],
      moveCost: [1, 1, 1, 1, 1, 1, 1],
    };
    const solution = solve(buildProblem(spec), { seed, budget: { attempts: 40960 } });
    assert.equal(judge(spec, solution.bins, solution.modes).broken, 0);
    assert.equal(solution.evaluation.moves, 2);
    assert.ok(!solution.bins.includes(0));
  });

  it("leaves items at home where loads come down to their bound with few moves", () => {
    const [bins, perBin] = [40, 20];
    const items = bins * perBin + 4;
    // Every bin has room for 10 more, but the first has four more of 10: three have to leave.
    const extra = (item: number) => item >= bins * perBin;
    const every = (length: number, value: (i: number) => number) => Array.from({ length }, (_, i) => value(i));
    const problem = buildProblem({
      items,
      bins,
      resources: [{ capacity: every(bins, () => 200), safety: every(bins, () => 110), excessWeight: 1000 }],
      demand: every(items, (item) => (extra(item) ? 10 : 5)),
      initial: every(items, (item) => (extra(item) ? 0 : item % bins)),
      moveCost: every(items, () => 1),
    });
    const { evaluation } = solve(problem, { seed, budget: { attempts: 100_000 } });
    assert.equal(evaluation.cost, 3);
    assert.equal(evaluation.moves, 3);
  });

  it("gives the same result for the same seed and attempts, in one thread and in two", async () => {
    const problem = buildProblem(crowded());
    const options = { seed, budget: { attempts: 32768 } };
    const [one, again] = [solve(problem, options), solve(problem, options)];
    assert.deepEqual(one, again);
    const two = await solveInParallel(problem, { ...options, threads: 2 });
    assert.deepEqual(two, await solveInParallel(problem, { ...options, threads: 2 }));
    assert.ok(isFeasible(two.evaluation));
    assert.equal(judge(crowded(), two.bins, two.modes).cost, two.evaluation.cost);
    const initial = judge(crowded(), problem.initial, problem.initialMode).cost;
    assert.ok(one.evaluation.cost < initial / 2, `${one.evaluation.cost} of ${initial}`);
    assert.ok(one.evaluation.cost >= lowerBound(problem));
  });

  it("aborted, gives the best so far", async () => {
    const problem = buildProblem(crowded());
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort();
    }, 200);
    // A budget far beyond anybody's patience.
    const budget = { attempts: 2 ** 31 };
    const solution = await solveInParallel(problem, { seed, threads: 2, budget, signal: abort.signal });
    clearTimeout(timer);
    const initial = judge(crowded(), problem.initial, problem.initialMode).cost;
    assert.ok(abort.signal.aborted);
    assert.ok(isFeasible(solution.evaluation));
    assert.ok(solution.evaluation.cost <= initial);
    assert.ok(solution.attempts < 2 ** 31);
    const before = solve(problem, { seed, budget, signal: AbortSignal.abort() });
    assert.deepEqual(before.bins, problem.initial);
  });
});
