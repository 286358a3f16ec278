import assert from "node:assert/strict";
import { openPlainDevice } from "../../../../engine/compute/devices/plain";
import { planPlacement } from "../../../../engine/planner";
import { movedByDrs, readThresholds, scheduleRequestSchema } from "../../../../engine/planner/schedule";
import { makeWorld, type World, type WorldSpec } from "../world";

const planOf = ({ request, snapshot, assessment }: World) =>
  planPlacement(request, snapshot, snapshot.clusters[0], assessment, { device: openPlainDevice() });

async function readings(spec: WorldSpec, thresholds: object) {
  const world = makeWorld(spec);
  const asked = scheduleRequestSchema.parse({ cluster: "cluster", thresholds }).thresholds;
  return readThresholds(asked, await planOf(world), world.assessment, world.snapshot);
}
const one = async (spec: WorldSpec, thresholds: object) => (await readings(spec, thresholds))[0];

const request = { include: "all", config: { maxMoves: 4 } };
const hosts = [
  { name: "a", failure: 0.03 },
  { name: "b", failure: 0.2 },
];

describe("thresholds of a schedule", () => {
  it("of risk are passed by a host that has VMs, not by an empty one", async () => {
    const spec = (on: string) => ({ hosts, vms: [{ name: "x", on }], request });
    assert.equal((await one(spec("b"), { risk: 0.2 })).passed, true);
    const below = await one(spec("a"), { risk: 0.2 });
    assert.equal(below.passed, false);
    assert.equal(below.text, "the highest failure probability is 3.0 % (a), the threshold 20 %");
  });

  it("of contention are passed where forecast use exceeds capacity by the share", async () => {
    const spec = (cpuMhz: number) => ({ hosts, vms: [{ name: "x", on: "a", vcpus: 16, cpuMhz }], request });
    assert.equal((await one(spec(44_000), { contention: 0.1 })).passed, true);
    const below = await one(spec(43_000), { contention: 0.1 });
    assert.deepEqual([below.passed, below.text.includes("108 % (a), the threshold 110 %")], [false, true], below.text);
  });

  const noisy = (on: string) => ({
    hosts,
    vms: [
      { name: "x", on: "a" },
      { name: "y", on },
    ],
    interference: { x: { suffers: [0.3], causes: [0] }, y: { suffers: [0], causes: [1] } },
    request,
  });

  it("of affinity are passed by two VMs on one host that disturb each other, not by such on two", async () => {
    const together = await one(noisy("a"), { affinity: -0.5 });
    assert.equal(together.passed, true);
    assert.match(
      together.text,
      /^the lowest affinity of two VMs on one host is -0\.95 \(x and y\), the threshold -0\.5$/,
    );
    assert.equal((await one(noisy("a"), { affinity: -0.96 })).passed, false);
    const apart = await one(noisy("b"), { affinity: -0.5 });
    assert.deepEqual([apart.passed, apart.text], [false, "no host has two VMs"]);
  });

  it("are each held against what is known, and none is passed by what nobody knows", async () => {
    const spec = { ...noisy("a"), interference: undefined };
    const all = await readings(spec, { risk: 0.5, contention: 0.5, affinity: 0 });
    assert.deepEqual(
      all.map(({ threshold, passed }) => [threshold, passed]),
      [
        ["risk", false],
        ["contention", false],
        ["affinity", false],
      ],
    );
    assert.equal(all[2].text, "no model says which VMs disturb each other");
    assert.deepEqual(await readings(spec, {}), []);
  });
});

describe("moves that DRS makes as well", () => {
  const crowded = (cluster: Record<string, unknown>, override = "default") =>
    makeWorld({
      hosts: [{ name: "a", maintenance: true }, { name: "b" }],
      vms: [
        { name: "x", on: "a" },
        { name: "y", on: "a", drsAutomation: override },
      ],
      cluster,
      request,
    });
  const fought = async (world: World) =>
    movedByDrs((await planOf(world)).migration!, world.snapshot.clusters[0], world.snapshot).sort();
  const automation = (level: string, enabled = true) => ({ drs: { enabled, automation: level } });

  it("are those of all VMs where it is fully automated, but for those with an override", async () => {
    assert.deepEqual(await fought(crowded(automation("fullyAutomated"))), ["x", "y"]);
    assert.deepEqual(await fought(crowded(automation("fullyAutomated"), "manual")), ["x"]);
  });

  it("are those of VMs whose override says so where the cluster's doesn't", async () => {
    assert.deepEqual(await fought(crowded(automation("partiallyAutomated"), "fullyAutomated")), ["y"]);
    assert.deepEqual(await fought(crowded(automation("manual"))), []);
    assert.deepEqual(await fought(crowded(automation("fullyAutomated", false), "fullyAutomated")), []);
  });
});

describe("which of several VMs moves", () => {
  const spec = (criticality: [string, string]) => ({
    hosts: [
      { name: "a", memoryGb: 64 },
      { name: "b", memoryGb: 64 },
      { name: "c", memoryGb: 64 },
    ],
    // One of the two must leave its host, which is too small for both.
    vms: [
      { name: "x", on: "a", memoryGb: 40, labels: { criticality: criticality[0] } },
      { name: "y", on: "a", memoryGb: 40, labels: { criticality: criticality[1] } },
    ],
    request: { include: "all", config: { maxMoves: 1, weights: { moveCost: 0.05 } } },
  });

  it("is the one whose interruption matters less, where both would serve", async () => {
    for (const [pair, mover] of [
      [["critical", "low"], "y"],
      [["low", "critical"], "x"],
    ] as const) {
      const { moves } = await planOf(makeWorld(spec([...pair])));
      assert.deepEqual(
        moves.map(({ vm }) => vm),
        [mover],
      );
    }
  });

  it("is the one that copies less, where they matter alike", async () => {
    const busy = spec(["normal", "normal"]);
    for (const [at, mover] of [
      [0, "y"],
      [1, "x"],
    ] as const) {
      const vms = busy.vms.map((vm, i) => ({ ...vm, cpuMhz: i === at ? 4000 : 100, vcpus: 4 }));
      const { moves } = await planOf(makeWorld({ ...busy, vms, request: busy.request }));
      assert.deepEqual(
        moves.map(({ vm }) => vm),
        [mover],
      );
    }
  });
});
