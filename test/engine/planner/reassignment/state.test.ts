import assert from "node:assert/strict";
import fc from "fast-check";
import { buildProblem, evaluate, isFeasible, type ReassignmentSpec } from "../../../../engine/planner/reassignment";
import { shiftDelta } from "../../../../engine/planner/reassignment/state/shift-delta";
import { State } from "../../../../engine/planner/reassignment/state/state";
import { swap, swapDelta } from "../../../../engine/planner/reassignment/state/swap-delta";
import { judge } from "./judge";
import { smallSpec } from "./small-problems";

const steps = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 30 });
const near = (a: number, b: number) => {
  assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);
};

/** What the state knows of everything hard, as units. */
const broken = (state: State) =>
  state.misplaced + state.overload + state.rules.hard + Math.max(0, state.moves.moved - state.problem.maxMoves);

/** What is charged for departures, from the spec's own words. */
function chargeFor(spec: ReassignmentSpec, bins: ArrayLike<number>, modes: ArrayLike<number>): number {
  const items = Array.from({ length: spec.items }, (_, item) => item);
  const startMode = (item: number) => spec.initialMode?.[item] ?? 0;
  const demand = (item: number, r: number) =>
    spec.demand[(item * (spec.modes ?? 1) + startMode(item)) * spec.resources.length + r];
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return sum(
    spec.resources.map((resource, r) => {
      const safety = sum(Array.from(resource.safety ?? resource.capacity));
      if (!resource.transient || sum(items.map((item) => demand(item, r))) <= safety) return 0;
      const moved = items.filter((item) => {
        const home = spec.initial[item];
        if (home < 0 || bins[item] < 0) return false;
        return bins[item] !== home || (spec.modeChangeIsMove && modes[item] !== startMode(item));
      });
      return (resource.excessWeight ?? 0) * sum(moved.map((item) => demand(item, r)));
    }),
  );
}

describe("the state of a reassignment", () => {
  it("holds what a full evaluation gives after any shifts, also off all bins", () => {
    fc.assert(
      fc.property(smallSpec(), steps, (spec, list) => {
        const problem = buildProblem(spec);
        const state = new State(problem);
        for (const [a, b, c] of list) {
          const item = a % problem.items;
          state.shift(item, (b % (problem.bins + 1)) - 1, c % problem.modesOf[item]);
          const verdict = judge(spec, state.binOf, state.modeOf);
          near(state.cost, verdict.cost);
          // An item without a place on a bin it may not be on is one unit here, one per reason there.
          assert.equal(broken(state) > 0, verdict.broken > 0);
          const full = evaluate(problem, state.binOf, state.modeOf);
          near(full.cost, verdict.cost);
          assert.equal(isFeasible(full), verdict.broken === 0);
          assert.equal(full.overload, state.overload);
          assert.equal(full.rules, state.rules.hard);
          assert.equal(full.moves, state.moves.moved);
        }
      }),
    );
  });

  it("tells a shift's and a swap's effect on the cost before it is made, and refuses what would break something", () => {
    let kept = 0;
    fc.assert(
      fc.property(
        smallSpec(),
        steps,
        fc.constantFrom(0, 0.5, 2),
        fc.constantFrom(1, 1.5, 8),
        (spec, list, charge, weight) => {
          const problem = buildProblem(spec);
          const state = new State(problem);
          state.moves.charge = charge;
          state.moves.weight = weight;
          const charged = (of: State, { cost, moveCost }: { cost: number; moveCost: number }) =>
            cost + (weight - 1) * moveCost + charge * chargeFor(spec, of.binOf, of.modeOf);
          for (const [a, b, c] of list) {
            const one = a % problem.items;
            const other = b % problem.items;
            const swaps = c % 2 === 1 && state.binOf[one] >= 0 && state.binOf[other] >= 0;
            if (swaps && state.binOf[one] === state.binOf[other]) continue;
            const bin = b % problem.bins;
            const mode = (c >> 1) % problem.modesOf[one];
            const before = judge(spec, state.binOf, state.modeOf);
            const delta = swaps
              ? swapDelta(state, one, mode, other, 0, Infinity)
              : shiftDelta(state, one, bin, mode, Infinity);
            const trial = new State(problem, state.binOf, state.modeOf);
            if (swaps) swap(trial, one, mode, other, 0);
            else trial.shift(one, bin, mode);
            const after = judge(spec, trial.binOf, trial.modeOf);
            if (delta === Infinity) {
              // Only from a sound assignment does a refusal prove that something would break.
              if (before.broken === 0) assert.ok(after.broken > 0);
              continue;
            }
            near(charged(trial, after) - charged(state, before), delta);
            assert.ok(after.broken <= before.broken);
            if (swaps) swap(state, one, mode, other, 0);
            else state.shift(one, bin, mode);
            near(state.cost, after.cost);
            near(state.charged, charged(state, after));
            kept++;
          }
        },
      ),
    );
    assert.ok(kept > 100, `only ${kept} changes were possible`);
  });
});
