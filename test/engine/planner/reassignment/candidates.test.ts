import assert from "node:assert/strict";
import fc from "fast-check";
import { buildProblem } from "../../../../engine/planner/reassignment";
import { FastRandom } from "../../../../engine/planner/reassignment/fast-random";
import { Context } from "../../../../engine/planner/reassignment/search/context";
import { ItemRanking } from "../../../../engine/planner/reassignment/search/item-ranking";
import { State } from "../../../../engine/planner/reassignment/state/state";
import { judge } from "./judge";
import { smallSpec } from "./small-problems";

describe("candidates", () => {
  it("leave out no bin on which an item can be in any sound assignment", () => {
    let sound = 0;
    fc.assert(
      fc.property(smallSpec(), fc.infiniteStream(fc.nat()), (spec, numbers) => {
        const problem = buildProblem(spec);
        const { candidates } = new Context(new State(problem), new FastRandom(1));
        const next = () => Number(numbers.next().value);
        for (let trial = 0; trial < 10; trial++) {
          const bins = Array.from({ length: problem.items }, (_, item) =>
            next() % 3 === 0 || problem.initial[item] < 0 ? next() % problem.bins : problem.initial[item],
          );
          const modes = bins.map((_, item) => next() % problem.modesOf[item]);
          if (judge(spec, bins, modes).broken > 0) continue;
          sound++;
          bins.forEach((bin, item) => {
            const list = Array.from({ length: candidates.count(item) }, (_, k) => candidates.at(item, k));
            assert.ok(list.includes(bin), `item ${item} can be on bin ${bin}, not only on ${list.join()}`);
            if (bin !== problem.initial[item]) assert.ok(candidates.movable.includes(item));
          });
        }
      }),
    );
    assert.ok(sound > 50, `only ${sound} sound assignments`);
  });
});

describe("the ranking of items", () => {
  it("draws the costly ones alone, at least eight, and only those that can be drawn at all", () => {
    const costs = Float64Array.from({ length: 40 }, (_, item) => (item * 7) % 40);
    const random = new FastRandom(2);
    const ranking = new ItemRanking(
      Int32Array.from({ length: 39 }, (_, item) => item),
      costs,
    );
    const drawn = () => new Set(Array.from({ length: 2000 }, () => ranking.draw(random)));
    assert.equal(drawn().size, 39);
    ranking.activate(20);
    const costly = drawn();
    assert.ok([...costly].every((item) => costs[item] >= 20 && item < 39 && ranking.isActive(item)));
    assert.ok(costly.size > 8);
    ranking.activate(1000);
    assert.equal(drawn().size, 8);
    assert.equal(new ItemRanking(new Int32Array(0), costs).draw(random), -1);
  });
});
