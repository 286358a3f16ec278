import assert from "node:assert/strict";
import fc from "fast-check";
import type { AffinityError } from "../../../../engine/errors";
import { GOLDEN, compileGolden, sigmas } from "../../../../benchmark/propagation/golden";
import {
  type CascadeGraph,
  type TransmissionEdge,
  compileGraph,
  openSimulator,
  simulateAll,
  simulateCascades,
  simulateCascadesReference,
} from "../../../../engine/models/propagation";
import { listSources } from "../../../../engine/models/propagation/list-sources";
import { countsIn, createTotals } from "../../../../engine/models/propagation/totals";
import { spreadSources } from "../../../../engine/models/propagation/spread-sources";
import { createRandom } from "../../../../engine/random";

function randomGraph(seed: number, nodes: number, edges: number, highest = 0.6): CascadeGraph {
  const random = createRandom(seed, "graph");
  const list: TransmissionEdge[] = Array.from({ length: edges }, () => ({
    from: random.integer(nodes),
    to: random.integer(nodes),
    probability: random.uniform() * highest,
  }));
  return compileGraph(nodes, list);
}

describe("cascades", () => {
  it("meet every golden value", () => {
    for (const golden of GOLDEN) {
      const cascades = simulateCascades(compileGolden(golden), Int32Array.of(0), { seed: 5, from: 0, to: 100_000 });
      assert.ok(sigmas(golden, cascades) < 4, `${golden.name}: ${sigmas(golden, cascades)} sigma`);
    }
  });

  it("are those of the plain reference, world for world", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 120 }), (seed, n, m) => {
        const graph = randomGraph(seed, n, m);
        const sources = Int32Array.of(0, n - 1, 0);
        const worlds = { seed, from: 7, to: 27 };
        assert.deepEqual(simulateCascades(graph, sources, worlds), simulateCascadesReference(graph, sources, worlds));
      }),
      { numRuns: 60 },
    );
  });

  it("never cross an edge of probability 0 and always one of 1", () => {
    const graph = compileGraph(3, [
      { from: 0, to: 1, probability: 1 },
      { from: 1, to: 2, probability: 0 },
    ]);
    const { failed, sizes } = simulateCascades(graph, Int32Array.of(0), { seed: 1, from: 0, to: 50_000 });
    assert.deepEqual([...failed], [50_000, 50_000, 0]);
    assert.deepEqual([...sizes], [0, 0, 50_000, 0]);
  });

  it("have worlds that are independent: live edges of pairs of worlds and of records aren't correlated", () => {
    const edges = Array.from({ length: 8 }, (_, to) => ({ from: 0, to: to + 1, probability: 0.5 }));
    const graph = compileGraph(9, edges);
    const worlds = 40_000;
    const outcomes = Array.from({ length: worlds }, (_, world) => {
      const { failed } = simulateCascades(graph, Int32Array.of(0), { seed: 3, from: world, to: world + 1 });
      return [...failed.subarray(1)];
    });
    const limit = 4 / Math.sqrt(worlds);
    const correlation = (a: (i: number) => number, b: (i: number) => number) =>
      outcomes.slice(1).reduce((sum, _, i) => sum + (2 * a(i) - 1) * (2 * b(i) - 1), 0) / (worlds - 1);
    for (let a = 0; a < 8; a++) {
      for (let b = 0; b < 8; b++) {
        const lagged = correlation((i) => outcomes[i][a], (i) => outcomes[i + 1][b]); // prettier-ignore
        assert.ok(Math.abs(lagged) < 1.3 * limit, `edge ${a}, next world's edge ${b}: ${lagged}`);
        if (a === b) continue;
        const within = correlation((i) => outcomes[i][a], (i) => outcomes[i][b]); // prettier-ignore
        assert.ok(Math.abs(within) < 1.3 * limit, `edges ${a} and ${b}: ${within}`);
      }
    }
  });

  it("refuses every edge that is none, at once", () => {
    const edges = [
      { from: 0, to: 9, probability: 0.5 },
      { from: -1, to: 1, probability: Number.NaN },
    ];
    assert.throws(
      () => compileGraph(2, edges),
      (error: AffinityError) => error.code === "GRAPH_INVALID" && error.problems.length === 3,
    );
  });
});

describe("cascades of all sources", () => {
  const oneByOne = (graph: CascadeGraph, sources: Int32Array[], worlds: { seed: number; from: number; to: number }) =>
    sources.flatMap((source) => [...simulateCascades(graph, source, worlds).failed]);

  it("give the counts of each source alone, by searching and by spreading bits, of few nodes and of many", () => {
    for (const [nodes, edges, highest] of [
      [30, 60, 0.4],
      [70, 400, 0.9],
      [5, 0, 0],
      [130, 260, 1],
    ] as const) {
      const graph = randomGraph(nodes, nodes, edges, highest);
      const sources = Array.from({ length: nodes }, (_, i) => Int32Array.of(i, (i * 7) % nodes));
      const worlds = { seed: 11, from: 5, to: 305 };
      const expected = oneByOne(graph, sources, worlds);
      for (const kernel of [listSources, spreadSources]) {
        const totals = createTotals(nodes, nodes);
        kernel(graph, sources, worlds, totals);
        assert.deepEqual([...countsIn(totals)], expected, kernel.name);
      }
      assert.deepEqual([...simulateAll(graph, sources, worlds)], expected);
    }
  });

  it("count more worlds than two bytes hold, on threads and without", async () => {
    const graph = compileGraph(3, [
      { from: 0, to: 1, probability: 1 },
      { from: 1, to: 2, probability: 0.25 },
    ]);
    const sources = [Int32Array.of(0), Int32Array.of(1)];
    const worlds = { seed: 2, from: 3, to: 70_003 };
    const expected = oneByOne(graph, sources, worlds);
    assert.equal(expected[1], 70_000);
    assert.deepEqual([...simulateAll(graph, sources, worlds)], expected);
    const simulator = openSimulator(2);
    try {
      assert.deepEqual([...(await simulator.all(graph, sources, worlds))], expected);
    } finally {
      await simulator.close();
    }
  });

  it("take more sources than fit in one pass", () => {
    const graph = randomGraph(2, 40, 100);
    const sources = Array.from({ length: 1100 }, (_, i) => Int32Array.of(i % 40));
    const totals = createTotals(1100, 40);
    spreadSources(graph, sources, { seed: 1, from: 0, to: 9 }, totals);
    const counts = [...countsIn(totals)];
    assert.deepEqual(counts.slice(0, 40), counts.slice(1080 * 40, 1081 * 40));
    assert.deepEqual(counts, oneByOne(graph, sources, { seed: 1, from: 0, to: 9 }));
  });
});

describe("a simulator", () => {
  it("counts the same on threads as without", async () => {
    const graph = randomGraph(4, 60, 150);
    const source = Int32Array.of(3);
    const sources = [source, Int32Array.of(1, 2)];
    const worlds = { seed: 9, from: 0, to: 101 };
    const simulator = openSimulator(2);
    try {
      assert.deepEqual(await simulator.one(graph, source, worlds), simulateCascades(graph, source, worlds));
      assert.deepEqual(await simulator.all(graph, sources, worlds), simulateAll(graph, sources, worlds));
    } finally {
      await simulator.close();
    }
  });

  it("says so when a thread has ended", async () => {
    const simulator = openSimulator(2);
    await simulator.close();
    await assert.rejects(simulator.one(randomGraph(1, 3, 3), Int32Array.of(0), { seed: 1, from: 0, to: 4 }), {
      code: "SIMULATION_FAILED",
    });
  });
});
