import assert from "node:assert/strict";
import {
  type KnownEvent,
  contentionPredictionSchema,
  estimateCommonFactor,
  knownEventsSchema,
  predictContention,
  withKnownGrowth,
} from "../../../../engine/models/demand";
import type { Assessment } from "../../../../engine/models/assessment";
import { createRandom } from "../../../../engine/random";

const START = Date.UTC(2026, 0, 5) / 1000;

/** VMs given as [mean, sigma] of their CPU; memory 10 each, known exactly. */
function assessmentOf(vms: readonly (readonly [number, number])[], slots = 1): Assessment {
  const each = (of: (vm: readonly [number, number]) => number) =>
    Float64Array.from({ length: vms.length * slots }, (_, i) => of(vms[Math.floor(i / slots)]));
  return {
    horizon: { start: START, step: 3600, length: slots },
    virtualMachines: {
      ids: vms.map((_, i) => `vm-${i}`),
      cpuMhz: { mean: each(([mean]) => mean), variance: each(([, sigma]) => sigma ** 2) },
      memoryMb: { mean: each(() => 10), variance: each(() => 0) },
      basis: vms.map(() => "history"),
      coverage: new Float64Array(vms.length).fill(1),
    },
    hosts: { ids: [], failureProbability: new Float64Array(0), evidence: [] },
    lacking: [],
  };
}

const THRESHOLD = { cpu: 1, memory: 1 };
const host = (id: string, zone: string | null, cpuMhz: number | null) => ({ id, zone, cpuMhz, memoryMb: 1000 });
const event = (raw: object): KnownEvent => knownEventsSchema.parse([raw])[0];

describe("contention", () => {
  it("agrees with Monte Carlo on hosts, inside zones and across them", () => {
    const random = createRandom(1);
    const vms = Array.from({ length: 18 }, () => [200 + 400 * random.uniform(), 50 + 150 * random.uniform()] as const);
    const hosts = [host("a", "z1", 3000), host("b", "z1", 2600), host("c", "z2", 2900)];
    const placement = vms.map((_, i) => hosts[i % 3].id);
    const rho = 0.3;
    const prediction = predictContention(assessmentOf(vms), placement, hosts, {
      threshold: THRESHOLD,
      commonFactor: rho,
    });
    const draws = 200_000;
    const hot = [0, 0, 0];
    const found = { inside: 0, across: 0 };
    for (let draw = 0; draw < draws; draw++) {
      const common = random.normal();
      const demand = [0, 0, 0];
      vms.forEach(([mean, sigma], i) => {
        demand[i % 3] += mean + sigma * (Math.sqrt(rho) * common + Math.sqrt(1 - rho) * random.normal());
      });
      const over = demand.map((sum, h) => sum > hosts[h].cpuMhz!);
      over.forEach((is, h) => (hot[h] += is ? 1 : 0));
      if (over[0] || over[1]) found.inside++;
      if (demand[0] + demand[1] > 5600) found.across++;
    }
    const near = (probability: number, count: number) => {
      const deviation = Math.sqrt((probability * (1 - probability)) / draws);
      assert.ok(probability > 0.001 && probability < 0.999, `a telling probability: ${probability}`);
      assert.ok(Math.abs(probability - count / draws) < 4 * deviation, `${probability} and ${count / draws}`);
    };
    prediction.hosts.forEach(({ contention }, h) => near(contention.cpu![0], hot[h]));
    near(prediction.zones[0].inside.cpu![0], found.inside);
    near(prediction.zones[0].across.cpu![0], found.across);
    assert.deepEqual(contentionPredictionSchema.parse(prediction), prediction);
  });

  it("is 0 or 1 where demand is known exactly, and names the worst slot", () => {
    const assessment = assessmentOf([[500, 0]], 3);
    assessment.virtualMachines.cpuMhz.mean[1] = 900;
    const [only] = predictContention(assessment, ["a"], [host("a", null, 800)], { threshold: THRESHOLD }).hosts;
    assert.deepEqual(only.contention.cpu, [0, 1, 0]);
    assert.deepEqual(only.contention.memory, [0, 0, 0]);
    assert.deepEqual([only.worst, only.worstSlot], [1, 1]);
  });

  it("says null for an unknown capacity, and counts VMs whose need nobody knows", () => {
    const assessment = assessmentOf([
      [500, 50],
      [Number.NaN, Number.NaN],
    ]);
    const hosts = [host("a", "z", null), host("b", "z", 1000)];
    const prediction = predictContention(assessment, ["b", "b"], hosts);
    assert.equal(prediction.hosts[0].contention.cpu, null);
    assert.equal(prediction.hosts[1].unknownVirtualMachines, 1);
    assert.equal(prediction.zones[0].across.cpu, null);
    assert.ok(prediction.zones[0].inside.cpu![0] < 0.001);
  });

  it("takes a host in maintenance out, and growth in", () => {
    const assessment = assessmentOf([[500, 0]], 4);
    const at = (hour: number) => new Date((START + hour * 3600) * 1000).toISOString();
    const maintenance = event({ kind: "maintenance", host: "a", from: at(1), until: at(2) });
    const growth = event({ kind: "growth", virtualMachines: "all", from: at(2.5), cpuFactor: 2 });
    const [only] = predictContention(assessment, ["a"], [host("a", null, 800)], {
      threshold: THRESHOLD,
      events: [maintenance, growth],
    }).hosts;
    // Half of slot 2 doubled is 750, all of slot 3 is 1000.
    assert.deepEqual(only.contention.cpu, [0, 1, 0, 1]);
  });

  it("refuses a placement of another length and a common factor out of range", () => {
    const assessment = assessmentOf([[1, 1]]);
    assert.throws(() => predictContention(assessment, [], []), RangeError);
    assert.throws(() => predictContention(assessment, ["a"], [], { commonFactor: 1 }), RangeError);
  });
});

describe("known events", () => {
  it("scale mean, deviation and quantiles alike, and leave the assessment they were given", () => {
    const plain = assessmentOf([[500, 50]]);
    const quantiles = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const virtualMachines = { ...plain.virtualMachines, cpuMhz: { ...plain.virtualMachines.cpuMhz, quantiles } };
    const growth = event({ kind: "growth", virtualMachines: ["vm-0"], from: "2026-01-01T00:00:00Z", cpuFactor: 3 });
    const { cpuMhz, memoryMb } = withKnownGrowth({ ...plain, virtualMachines }, [growth, growth]).virtualMachines;
    assert.equal(cpuMhz.mean[0], 4500);
    assert.equal(Math.sqrt(cpuMhz.variance[0]), 450);
    assert.deepEqual([...cpuMhz.quantiles!], [9, 18, 27, 36, 45, 54, 63, 72, 81]);
    assert.equal(memoryMb.mean[0], 10);
    assert.equal(plain.virtualMachines.cpuMhz.mean[0], 500);
  });

  it("name every VM that isn't there, and refuse an end before the beginning", () => {
    const growth = event({ kind: "growth", virtualMachines: ["x", "vm-0", "y"], from: "2026-01-01T00:00:00Z" });
    assert.throws(() => withKnownGrowth(assessmentOf([[1, 1]]), [growth]), {
      code: "EVENT_UNKNOWN",
      problems: ["x", "y"].map((id) => ({
        path: "growth[0].virtualMachines",
        message: `no virtual machine has the id "${id}"`,
      })),
    });
    const backwards = { kind: "maintenance", host: "a", from: "2026-01-02T00:00:00Z", until: "2026-01-01T00:00:00Z" };
    assert.equal(knownEventsSchema.safeParse([backwards]).success, false);
  });
});

describe("the common factor", () => {
  it("is found again in series that share one", () => {
    const random = createRandom(2);
    const hours = 24 * 30;
    const common = Array.from({ length: hours }, () => random.normal());
    const seriesWith = (rho: number) =>
      Array.from({ length: 40 }, () =>
        Float64Array.from(
          common,
          (value) => 100 + 10 * (Math.sqrt(rho) * value + Math.sqrt(1 - rho) * random.normal()),
        ),
      );
    for (const rho of [0, 0.4]) {
      const found = estimateCommonFactor(seriesWith(rho));
      assert.ok(Math.abs(found - rho) < 0.06, `${found} for ${rho}`);
    }
    assert.equal(estimateCommonFactor([new Float64Array(hours)]), 0.1);
  });
});
