import assert from "node:assert/strict";
import { AffinityError } from "../../../../engine/errors";
import { buildProblem, type ReassignmentSpec } from "../../../../engine/planner/reassignment";

const spec = (more: Partial<ReassignmentSpec>): ReassignmentSpec => ({
  items: 2,
  bins: 2,
  resources: [{ capacity: [4, 4] }],
  demand: [1, 2],
  initial: [0, -1],
  ...more,
});

describe("buildProblem", () => {
  it("lists everything that is wrong with a spec, each with its path", () => {
    const wrong = spec({
      demand: [1, 0.5],
      initial: [0, 2],
      groups: [
        [0, 1],
        [1, 1],
      ],
      rules: [
        { kind: "excludes", group: 0, other: 0 },
        { kind: "spread", group: 5, atLeast: 1 },
        { kind: "apart", group: 0, partition: 0 },
      ],
      allowed: [0, -1],
      pairCost: { fromClass: [0, 1], toClass: [0, 0], cost: [1] },
    });
    assert.throws(
      () => buildProblem(wrong),
      (error: unknown) => {
        assert.ok(error instanceof AffinityError);
        assert.equal(error.code, "REASSIGNMENT_INVALID");
        assert.deepEqual(error.problems.map(({ path }) => path).sort(), [
          "allowed[0]",
          "demand[1]",
          "groups[1]",
          "initial[1]",
          "pairCost.cost",
          "rules[0]",
          "rules[1].group",
          "rules[2].partition",
        ]);
        return true;
      },
    );
  });

  it("takes closed bins out of every set of allowed bins", () => {
    const problem = buildProblem(spec({ closed: [1], binSets: [[0, 1]], allowed: [0, -1] }));
    const allowed = (item: number, bin: number) => problem.allowed[problem.allowedRow[item] * problem.bins + bin];
    assert.deepEqual([allowed(0, 0), allowed(0, 1), allowed(1, 0), allowed(1, 1)], [1, 0, 1, 0]);
  });

  it("keeps two bounds of different weight over one group apart", () => {
    const rules = [
      { kind: "apart" as const, group: 0 },
      { kind: "apart" as const, group: 0, weight: 3, limit: 0 },
    ];
    const { counters } = buildProblem(spec({ groups: [[0, 1]], rules }));
    assert.deepEqual(Array.from(counters.limit), [1, 0]);
    assert.deepEqual(Array.from(counters.limitWeight), [Infinity, 3]);
  });

  it("gives group members the bins' own cells where a rule names no partition", () => {
    const { cellOf, cells, counters } = buildProblem(
      spec({ partitions: [[7, 7]], groups: [[0, 1]], rules: [{ kind: "together", group: 0 }] }),
    );
    assert.deepEqual(Array.from(cellOf), [0, 1, 0, 0]);
    assert.deepEqual(Array.from(cells), [2, 1]);
    assert.equal(counters.partition[0], 0);
  });
});
