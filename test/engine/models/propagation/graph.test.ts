import assert from "node:assert/strict";
import type { AffinityError } from "../../../../engine/errors";
import {
  type CommunicationGraph,
  communicationGraphSchema,
  dependenciesOfRules,
  emptyGraph,
  explainPropagation,
  fitPropagation,
  predictPropagation,
  propagationRulesSchema,
  readPropagation,
  riskScores,
  takenAlong,
  trafficOf,
  transmissionEdges,
  updateGraph,
  updatePropagation,
} from "../../../../engine/models/propagation";
import { clusterSchema } from "../../../../engine/snapshot/schema";

const node = (id: string, more: object = {}) => ({
  id,
  tier: null,
  criticality: null,
  allocation: { cpuMhz: 1000, memoryMb: 1000, storageMb: null },
  ...more,
});
const nodes = [node("web"), node("app"), node("db", { tier: "database", criticality: 1 })];
const flow = (from: string, to: string, kilobytes: number) => ({ from, to, kilobytes, seconds: 300 });
const update = (asOf: number, flows: ReturnType<typeof flow>[], declared: { from: string; to: string }[] = []) => ({
  asOf,
  nodes,
  flows,
  declared,
});
const weights = (graph: CommunicationGraph) =>
  Object.fromEntries(graph.edges.map(({ from, to, weight }) => [`${from}>${to}`, Math.round(weight * 1000) / 1000]));

describe("the communication graph", () => {
  it("takes the first interval as it is, and halves what stops after the half-life", () => {
    const first = updateGraph(emptyGraph(600), update(1000, [flow("web", "app", 3000), flow("web", "app", 3000)]));
    assert.deepEqual(weights(first), { "web>app": 20 });
    assert.deepEqual(weights(updateGraph(first, update(1600, []))), { "web>app": 10 });
  });

  it("lets a short spike count little, and keeps a steady weight", () => {
    const steady = updateGraph(emptyGraph(3600), update(1000, [flow("web", "app", 3000)]));
    const spike = updateGraph(steady, update(1300, [flow("web", "app", 300_000)]));
    assert.ok(weights(spike)["web>app"] < 70, "1000 KB/s for 5 minutes of an hour");
    assert.deepEqual(weights(updateGraph(steady, update(1300, [flow("web", "app", 3000)]))), { "web>app": 10 });
  });

  it("forgets faint traffic, VMs that are gone, and what is no pair; keeps what is declared", () => {
    const first = updateGraph(
      emptyGraph(60),
      update(
        1000,
        [flow("web", "app", 300), flow("web", "web", 9), flow("web", "gone", 9)],
        [{ from: "app", to: "db" }],
      ),
    );
    assert.equal(first.edges.length, 2);
    const later = updateGraph(first, update(5000, [], [{ from: "app", to: "db" }]));
    assert.deepEqual(weights(later), { "app>db": 0 });
    assert.equal(updateGraph(later, update(5300, [])).edges.length, 0);
  });

  it("ignores the weights of an update that is older than itself", () => {
    const first = updateGraph(emptyGraph(600), update(1000, [flow("web", "app", 3000)]));
    const late = updateGraph(first, update(400, [flow("web", "app", 900_000)]));
    assert.deepEqual([weights(late), late.updatedAt], [{ "web>app": 10 }, 1000]);
  });

  it("has a schema that names every unknown node, loop and repeated pair", () => {
    const graph = updateGraph(emptyGraph(), update(1, [flow("web", "app", 300)]));
    assert.ok(communicationGraphSchema.safeParse(graph).success);
    const [edge] = graph.edges;
    const broken = { ...graph, edges: [edge, edge, { ...edge, to: "nobody" }, { ...edge, to: "web" }] };
    assert.equal(communicationGraphSchema.safeParse(broken).error?.issues.length, 3);
  });

  it("tells the planner traffic of both directions together, in the order of its rows", () => {
    const flows = [flow("web", "app", 300), flow("app", "web", 600), flow("app", "db", 30)];
    const graph = updateGraph(emptyGraph(), update(1, flows));
    const traffic = trafficOf(graph, ["db", "x", "app", "web"]);
    assert.deepEqual([...(traffic?.from ?? [])], [0, 2]);
    assert.deepEqual([...(traffic?.to ?? [])], [2, 3]);
    assert.deepEqual([...(traffic?.kilobytesPerSecond ?? [])], [0.1, 3]);
    assert.equal(trafficOf(emptyGraph(), ["db"]), null);
  });

  it("reads the dependencies that a cluster's rules declare, where they are enabled", () => {
    const rule = { kind: "vmDependency", key: 1, name: "r", enabled: true, mandatory: true, vmGroup: "a", dependsOnVmGroup: "b" }; // prettier-ignore
    const cluster = clusterSchema.parse({
      id: "c",
      name: "c",
      drs: { enabled: true, automation: "manual" },
      ha: { enabled: false, admissionControl: { policy: "none" } },
      rules: [rule, { ...rule, key: 2, enabled: false, vmGroup: "b", dependsOnVmGroup: "a" }],
      vmGroups: [{ name: "a", members: ["1", "2"] }, { name: "b", members: ["3"] }], // prettier-ignore
    });
    assert.deepEqual(dependenciesOfRules(cluster), [
      { from: "1", to: "3" },
      { from: "2", to: "3" },
    ]);
  });
});

describe("the rules of propagation", () => {
  const rules = propagationRulesSchema.parse({});
  const unknown = { cpuMhz: null, memoryMb: null };
  const probabilityOf = (graph: CommunicationGraph, from: number, spare: typeof unknown | object = unknown) =>
    transmissionEdges(graph, rules, spare as typeof unknown).find((edge) => edge.from === from)?.probability ?? 0;

  it("turn an edge round: what is asked fails first", () => {
    const graph = updateGraph(emptyGraph(), update(1, [flow("web", "app", 300)]));
    assert.deepEqual(transmissionEdges(graph, rules, unknown), [{ from: 1, to: 0, probability: rules.observed }]);
  });

  it("go by the share of the traffic, and by a declaration above all", () => {
    const graph = updateGraph(
      emptyGraph(),
      update(1, [flow("web", "app", 300), flow("web", "db", 100)], [{ from: "db", to: "web" }]),
    );
    assert.equal(probabilityOf(graph, 1), 0.75 * rules.observed);
    assert.equal(probabilityOf(graph, 0), rules.declared);
  });

  it("let a critical tier spread further", () => {
    const graph = updateGraph(emptyGraph(), update(1, [flow("app", "db", 300), flow("web", "app", 300)]));
    assert.ok(probabilityOf(graph, 2) > probabilityOf(graph, 1));
    assert.ok(probabilityOf(graph, 2) < 1);
  });

  it("give relief by the room on healthy hosts, and none where it isn't known", () => {
    const graph = updateGraph(emptyGraph(), update(1, [flow("web", "app", 300)]));
    assert.equal(probabilityOf(graph, 1, { cpuMhz: 1000, memoryMb: 9000 }), rules.observed * (1 - rules.relief));
    assert.equal(probabilityOf(graph, 1, { cpuMhz: 500, memoryMb: 9000 }), rules.observed * (1 - rules.relief / 2));
    assert.equal(probabilityOf(graph, 1, { cpuMhz: null, memoryMb: 9000 }), rules.observed);
  });
});

describe("the model of propagation", () => {
  const file = fitPropagation(update(1000, [flow("web", "app", 300), flow("app", "db", 300)]), {
    tiers: {},
    criticality: 1,
  });
  const failures = [
    { name: "host-1", members: [2], probability: 0.1 },
    { name: "host-2", members: [0, 1], probability: 0.02 },
  ];

  it("gives each VM's risk and what each host takes along", async () => {
    const reach = await predictPropagation(file, failures, { seed: 1, worlds: 40_000 });
    const risk = riskScores(reach);
    const expected = [1 - (1 - 0.1 * 0.25) * 0.98, 1 - (1 - 0.1 * 0.5) * 0.98, 0.1];
    expected.forEach((value, i) => assert.ok(Math.abs(risk[i] - value) < 0.002, `VM ${i}: ${risk[i]}, not ${value}`));
    assert.deepEqual(
      takenAlong(reach, 0).map(({ node }) => node),
      [1, 0],
    );
    assert.deepEqual(takenAlong(reach, 1), []);
    const why = explainPropagation(file, reach, 0);
    assert.deepEqual(
      why.causes.map(({ failure, direct }) => [failure, direct]),
      [["host-1", false], ["host-2", true]], // prettier-ignore
    );
    assert.deepEqual(why.dependsOn, [{ id: "app", probability: 0.5 }]);
  });

  it("without an edge, lets each failure take its own members only", async () => {
    const reach = await predictPropagation(fitPropagation(update(1, [])), failures, { seed: 1, worlds: 10 });
    assert.deepEqual([...reach.probability], [0, 0, 1, 1, 1, 0]);
  });

  it("survives its file, and names every problem of a broken one", () => {
    const later = updatePropagation(file, update(1300, [flow("web", "db", 3)]));
    assert.deepEqual(readPropagation(JSON.parse(JSON.stringify(later))), later);
    assert.equal(later.samples, 3);
    assert.throws(
      () => readPropagation({ ...file, version: 2, samples: -1 }),
      (error: AffinityError) => error.code === "MODEL_INVALID" && error.problems.length === 2,
    );
  });

  it("refuses failures that are none", async () => {
    const wrong = [{ name: "host-9", members: [7], probability: 2 }];
    await assert.rejects(predictPropagation(file, wrong, { seed: 1 }), { code: "FAILURE_INVALID" });
  });
});
