import assert from "node:assert/strict";
import { affinityProfileSchema } from "../../../../engine/models/affinity-profile";
import {
  type ObservedPerformance,
  type UsageHistory,
  type WorkloadClass,
  classAffinities,
  explainWorkloadClass,
  fitWorkloadClasses,
  performanceOfReady,
  predictWorkloadClass,
  updateWorkloadClasses,
  workloadModelFileSchema,
} from "../../../../engine/models/workload";
import { kMeans } from "../../../../engine/models/workload/k-means";
import { createRandom } from "../../../../engine/random";
import { syntheticCluster } from "../../../../engine/synthetic";
import type { MetricId } from "../../../../engine/telemetry/schema";

const END = Date.UTC(2026, 0, 12, 8) / 1000;
const METRICS = [
  "vmCpuMhz",
  "vmMemoryConsumedMb",
  "vmDiskKbps",
  "vmNetworkKbps",
] as const satisfies readonly MetricId[];

/** A synthetic cluster's VMs and their tiers, from the names that it gives them. */
async function usagesOf(seed: number, vms: number): Promise<(UsageHistory & { readonly tier: string })[]> {
  const { snapshot, telemetry } = syntheticCluster({ seed, hosts: 8, vms, days: 30, stepMinutes: 60, end: END });
  const grid = { start: END - 30 * 86_400, step: 3600, length: 30 * 24 };
  const read = new Map<string, Float64Array>();
  const { name: vcenter } = snapshot.source;
  for await (const { entity, metric, values } of telemetry.series({ kind: "vm", vcenter, metrics: METRICS, grid })) {
    read.set(`${entity} ${metric}`, values);
  }
  const clocks = new Map(snapshot.hosts.map(({ id, cpuMhz, cores }) => [id, cpuMhz! / cores!]));
  return snapshot.virtualMachines
    .filter(({ id }) => read.has(`${id} vmCpuMhz`))
    .map(({ id, name, host, vcpus }) => {
      const [cpuMhz, memoryMb, diskKbps, networkKbps] = METRICS.map((metric) => read.get(`${id} ${metric}`)!);
      const configuredMhz = vcpus! * clocks.get(host!)!;
      return { id, tier: name.split("-")[1], vcpus, configuredMhz, cpuMhz, memoryMb, diskKbps, networkKbps };
    });
}

describe("k-means", () => {
  it("finds well separated groups, whatever the seed, and no more groups than points", () => {
    const random = createRandom(1);
    const centres = [
      [0, 0],
      [10, 0],
      [0, 10],
    ];
    const points = Array.from({ length: 90 }, (_, i) =>
      Float64Array.from(centres[i % 3], (value) => value + random.normal()),
    );
    for (const seed of [1, 2, 3]) {
      const { clusterOf } = kMeans(points, 3, seed);
      for (let group = 0; group < 3; group++) {
        const own = new Set([...clusterOf].filter((_, i) => i % 3 === group));
        assert.equal(own.size, 1);
      }
    }
    assert.equal(kMeans([Float64Array.of(1), Float64Array.of(1)], 5, 1).centroids.length, 1);
    assert.throws(() => kMeans([], 1, 1), RangeError);
  });
});

describe("workload classes", () => {
  it("come out of a synthetic cluster's tiers", async () => {
    const usages = await usagesOf(1, 240);
    const file = fitWorkloadClasses(usages, END)!;
    const shareOf = (tier: string, ...wanted: WorkloadClass[]) => {
      const found = usages.filter((usage) => usage.tier === tier).map((usage) => predictWorkloadClass(file, usage));
      const known = found.filter((classified) => classified !== null);
      assert.ok(known.length >= 10, `${known.length} VMs of ${tier}`);
      return known.filter((classified) => wanted.includes(classified.class)).length / known.length;
    };
    assert.ok(shareOf("idle", "idle") > 0.95);
    assert.ok(shareOf("db", "io-heavy") > 0.8);
    assert.ok(shareOf("cache", "memory-intensive") > 0.8);
    assert.ok(shareOf("batch", "bursty", "io-heavy") > 0.8);
    assert.ok(shareOf("app", "idle", "bursty") < 0.1);
    assert.ok(shareOf("web", "network-heavy", "cpu-bound") > 0.9);
    assert.deepEqual(workloadModelFileSchema.parse(JSON.parse(JSON.stringify(file))), file);
    assert.deepEqual(fitWorkloadClasses(usages, END), file);
  });

  const flat = (id: string, share: number, disk: number, more: Partial<UsageHistory> = {}): UsageHistory => {
    const each = (value: number) => new Float64Array(100).fill(value);
    return {
      ...{ id, vcpus: 2, configuredMhz: 5000, cpuMhz: each(5000 * share), memoryMb: each(4096) },
      ...{ diskKbps: each(disk), networkKbps: each(50), ...more },
    };
  };
  const mixed = Array.from({ length: 20 }, (_, i) => flat(`vm-${i}`, 0.3 + 0.01 * i, i < 10 ? 50 : 20_000));

  it("say nothing of a VM with too short a history, without vCPUs or clock", () => {
    const file = fitWorkloadClasses(mixed, END)!;
    assert.equal(predictWorkloadClass(file, flat("x", 0.3, 50, { cpuMhz: new Float64Array(20).fill(9) })), null);
    assert.equal(predictWorkloadClass(file, flat("x", 0.3, 50, { vcpus: null })), null);
    assert.equal(predictWorkloadClass(file, flat("x", 0.3, 50, { configuredMhz: null })), null);
    assert.equal(fitWorkloadClasses([flat("x", 0.3, 50, { vcpus: null })], END), null);
  });

  it("take an unknown throughput for neither little nor much", () => {
    const file = fitWorkloadClasses(mixed, END)!;
    const unknown = flat("x", 0.3, 50, { diskKbps: new Float64Array(100).fill(Number.NaN) });
    assert.notEqual(predictWorkloadClass(file, unknown), null);
    assert.match(explainWorkloadClass(file, unknown), /disk not known/);
    assert.match(explainWorkloadClass(file, mixed[15]), /^io-heavy: 45 % CPU, 2.0 GB, 10000 KB\/s disk/);
  });

  it("follow their VMs when updated, and keep their names by what they are", () => {
    const file = fitWorkloadClasses(mixed, END)!;
    const later = mixed.map((usage, i) => flat(usage.id, 0.3 + 0.01 * i, i < 10 ? 50 : 60_000));
    const updated = updateWorkloadClasses(file, later, END + 86_400);
    assert.equal(updated.trainedUntil, END + 86_400);
    assert.equal(predictWorkloadClass(updated, later[15])?.class, "io-heavy");
    assert.notDeepEqual(updated.clusters, file.clusters);
  });
});

describe("affinity of hosts for classes", () => {
  const HOUR = 3600;
  const seen = (host: string, performance: number, hoursAgo: number, weight = 100): ObservedPerformance => ({
    ...{ host, class: "io-heavy", at: END - hoursAgo * HOUR, performance, weight },
  });
  const scoreOf = (observations: readonly ObservedPerformance[], host: string, name: WorkloadClass = "io-heavy") => {
    const profiles = classAffinities(["a", "b", "c"], observations, END);
    profiles.forEach((profile) => assert.deepEqual(affinityProfileSchema.parse(profile), profile));
    const { affinityScores } = profiles.find((profile) => profile.workloadCategory === name)!;
    return affinityScores.find((score) => score.host === host)!;
  };

  it("is higher where such VMs fared better, and an untried host is like the others", () => {
    const observations = [seen("a", 0.95, 1), seen("b", 0.4, 1)];
    const [a, b, c] = ["a", "b", "c"].map((host) => scoreOf(observations, host).score);
    assert.ok(a > c && c > b, `${a}, ${c}, ${b}`);
    assert.equal(scoreOf(observations, "c").evidence, 0);
  });

  it("lists the best host first, and the history that it rests on, class by class", () => {
    const profiles = classAffinities(["a", "b"], [seen("b", 0.9, 30), seen("a", 0.2, 1)], END);
    const heavy = profiles.find(({ subject }) => subject === "io-heavy")!;
    assert.deepEqual(
      heavy.affinityScores.map(({ host }) => host),
      ["b", "a"],
    );
    assert.deepEqual(heavy.historicalData, { from: END - 30 * HOUR, to: END - HOUR, observations: 2 });
    assert.equal(profiles.find(({ subject }) => subject === "idle")!.historicalData, null);
  });

  it("forgets: of two opposite weeks the newer counts more", () => {
    assert.ok(scoreOf([seen("a", 1, 200), seen("a", 0.2, 2)], "a").score < 0.4);
    assert.ok(scoreOf([seen("a", 0.2, 200), seen("a", 1, 2)], "a").score > 0.8);
  });

  it("needs more than one hour to be sure", () => {
    const others = [seen("b", 0.9, 1), seen("c", 0.9, 1)];
    const brief = scoreOf([...others, seen("a", 0, 0, 1)], "a").score;
    const long = scoreOf([...others, seen("a", 0, 0, 500)], "a").score;
    assert.ok(brief > 0.75 && long < 0.1, `${brief} and ${long}`);
  });

  it("leaves out what is not a number, later than asOf or of an unknown host", () => {
    const clean = [seen("a", 0.8, 1)];
    const dirty = [...clean, seen("a", Number.NaN, 1), seen("a", 0, -5), seen("zz", 0, 1), seen("a", 0, 1, -3)];
    assert.deepEqual(scoreOf(dirty, "a"), scoreOf(clean, "a"));
  });

  it("reads performance from CPU ready: 10 % a vCPU is one half", () => {
    assert.equal(performanceOfReady(0, 2), 1);
    assert.ok(Math.abs(performanceOfReady(4000, 2) - 0.5) < 1e-12);
    assert.ok(Number.isNaN(performanceOfReady(Number.NaN, 2)));
  });
});
