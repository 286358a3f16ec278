import assert from "node:assert/strict";
import fc from "fast-check";
import {
  assessFailures,
  BASE_RATE_PER_DAY,
  FAILURE_METRICS,
  MAX_PROBABILITY,
  baseProbability,
  rateAfter,
} from "../../../engine/models/failure";
import type { HourlyHistory } from "../../../engine/models/history";
import { createRandom } from "../../../engine/random";
import { type Host, hostSchema } from "../../../engine/snapshot";
import type { MetricId } from "../../../engine/telemetry/schema";

const HOURS = 14 * 24;
const BASE = baseProbability(24);

const hostsOf = (count: number, more: Partial<Host> = {}) =>
  Array.from({ length: count }, (_, i) =>
    hostSchema.parse({
      ...{ id: `host-${i}`, name: `esx-${i}`, cluster: "c-1", connection: "connected", power: "poweredOn" },
      ...{ maintenance: false, cpuMhz: 1e4, cores: 8, threads: 16, memoryMb: 1e5, ...more },
    }),
  );

type At = (host: number, hour: number) => number;
const random = createRandom(9);
/** Six healthy hosts, unless said otherwise. */
const HEALTHY: Partial<Record<MetricId, At>> = {
  hostUptimeSeconds: (host, hour) => 1e6 + host * 1000 + hour * 3600,
  hostDiskLatencyMs: () => random.logNormal(1, 0.2),
  hostNetworkErrors: () => 0,
  hostCpuPercent: () => 40,
};

function historyOf(count: number, change: Partial<Record<MetricId, At>> = {}): HourlyHistory {
  const metrics: Partial<Record<MetricId, Float64Array>> = {};
  const coverage: Partial<Record<MetricId, Float64Array>> = {};
  for (const metric of FAILURE_METRICS) {
    const at = change[metric] ?? HEALTHY[metric]!;
    const values = Float64Array.from({ length: count * HOURS }, (_, i) => at(Math.floor(i / HOURS), i % HOURS));
    metrics[metric] = values;
    coverage[metric] = Float64Array.from(
      { length: count },
      (_, host) =>
        values.subarray(host * HOURS, (host + 1) * HOURS).filter((value) => !Number.isNaN(value)).length / HOURS,
    );
  }
  const entities = Array.from({ length: count }, (_, i) => `host-${i}`);
  return { entities, firstHour: 490_000, hours: HOURS, metrics, coverage };
}

const assessOf = (change: Partial<Record<MetricId, At>>, count = 6) =>
  assessFailures(hostsOf(count), historyOf(count, change), 24);

describe("the failure model", () => {
  it("gives healthy hosts the base rate and no evidence", () => {
    const { probability, evidence, lacking } = assessOf({});
    assert.ok([...probability].every((p) => Math.abs(p - BASE) < 1e-12));
    assert.ok(evidence.every((text) => text === ""));
    assert.deepEqual(lacking, []);
  });

  it("ranks a host whose disk latency climbs above its peers, and says why", () => {
    const climbing: At = (host, hour) =>
      random.logNormal(1, 0.2) * (host === 2 && hour > HOURS - 30 ? 1 + ((hour - HOURS + 30) / 30) * 8 : 1);
    const { probability, evidence } = assessOf({ hostDiskLatencyMs: climbing });
    assert.ok(probability[2] > 10 * BASE);
    assert.ok([...probability].every((p, host) => host === 2 || p < 2 * BASE));
    assert.match(evidence[2], /disk latency \d+\.\d ms, usually \d\.\d ms/);
  });

  it("blames nobody for a storm that hits all hosts alike", () => {
    let blamed = 0;
    for (let seed = 0; seed < 20; seed++) {
      const own = createRandom(seed);
      const storm: At = (_host, hour) => own.logNormal(1, 0.2) * (hour > HOURS - 12 ? 9 : 1);
      blamed += assessOf({ hostDiskLatencyMs: storm }).probability.filter((p) => p > 2 * BASE).length;
    }
    assert.ok(blamed <= 3, `${blamed} of 120`);
  });

  it("takes a burst for a sign where none was ever seen, and for none where hosts often have one", () => {
    const burst = (host: number, hour: number, every: number) =>
      (host === 2 && hour >= HOURS - 2) || (hour + 17 * host) % every < 2 ? 6 : 1;
    const riskOf = (every: number) => {
      const own = createRandom(4);
      const latency: At = (host, hour) => own.logNormal(1, 0.2) * burst(host, hour, every);
      return assessOf({ hostDiskLatencyMs: latency }).probability[2];
    };
    assert.ok(riskOf(10_000) > 10 * BASE, `${riskOf(10_000)}`);
    assert.ok(riskOf(20) < 2 * BASE, `${riskOf(20)}`);
  });

  it("doesn't hold a decline that ended in a failure against the next one's rarity", () => {
    const failedAt = HOURS - 150;
    const declines: At = (host, hour) => {
      const [before, now] = [host === 1 && hour > failedAt - 40 && hour < failedAt, host === 1 && hour > HOURS - 10];
      return random.logNormal(1, 0.2) * (before || now ? 5 : 1);
    };
    const uptime: At = (host, hour) =>
      host === 1 && hour >= failedAt ? (hour - failedAt) * 3600 + 60 : 1e6 + hour * 3600;
    const [with_, without] = [uptime, HEALTHY.hostUptimeSeconds!].map(
      (hostUptimeSeconds) => assessOf({ hostDiskLatencyMs: declines, hostUptimeSeconds }).probability[1],
    );
    assert.ok(with_ > 0.02 && with_ > 5 * without, `${with_} ${without}`);
  });

  it("doesn't take a host that is always slower for one that declines", () => {
    const slow: At = (host) => random.logNormal(host === 3 ? 15 : 1, 0.2);
    assert.ok(assessOf({ hostDiskLatencyMs: slow }).probability[3] < 2 * BASE);
  });

  it("raises the odds by rising network errors", () => {
    const rising: At = (host, hour) => (host === 1 && hour > HOURS - 20 ? 12 : 0);
    const { probability, evidence } = assessOf({ hostNetworkErrors: rising });
    assert.ok(probability[1] > 5 * BASE);
    assert.match(evidence[1], /12\.0 network errors/);
  });

  it("takes its base rate from other people's clusters, and from what this one has shown", () => {
    assert.ok(Math.abs(rateAfter(0, 0) - BASE_RATE_PER_DAY) < 1e-15);
    assert.ok(rateAfter(3, 84) > 3 * BASE_RATE_PER_DAY && rateAfter(300, 30_000) < 0.011);
    const fails: At = (host, hour) => (host < 3 && hour >= 40 ? (hour - 40) * 3600 : 1e6 + hour * 3600);
    const quiet = assessOf({}).probability[5];
    const shaken = assessOf({ hostUptimeSeconds: fails }).probability[5];
    assert.ok(shaken > 3 * quiet && shaken < 4 * quiet, `${shaken} ${quiet}`);
  });

  const restarted =
    (ageHours: number): At =>
    (host, hour) =>
      host === 4 && hour >= HOURS - ageHours ? (hour - HOURS + ageHours) * 3600 : 1e6 + hour * 3600;

  it("remembers an unplanned restart, less as it ages", () => {
    const risks = [5, 50, 150, 300].map((age) => assessOf({ hostUptimeSeconds: restarted(age) }).probability[4]);
    risks.reduce((before, after) => {
      assert.ok(after < before, `${after} < ${before}`);
      return after;
    });
    assert.ok(risks[3] > BASE);
    assert.match(assessOf({ hostUptimeSeconds: restarted(5) }).evidence[4], /restarted 5 h ago/);
  });

  it("forgives the restart of a host that was emptied first", () => {
    const emptied: At = (host, hour) => (host === 4 && hour > HOURS - 9 ? 0.5 : 40);
    const { probability } = assessOf({ hostUptimeSeconds: restarted(5), hostCpuPercent: emptied });
    assert.ok(Math.abs(probability[4] - BASE) < 1e-12);
  });

  it("counts a restart within an hour once, though the hour's mean falls twice", () => {
    const mixed: At = (host, hour) => {
      if (host !== 4 || hour < HOURS - 10) return 1e6 + hour * 3600;
      return hour === HOURS - 10 ? 5e5 : (hour - HOURS + 10) * 3600;
    };
    assert.match(assessOf({ hostUptimeSeconds: mixed }).evidence[4], /^restarted 10 h ago/);
  });

  it("notices silence while peers report, and a lost connection", () => {
    const silent = Object.fromEntries(
      FAILURE_METRICS.map((metric) => [
        metric,
        ((h, t) => (h === 0 && t >= HOURS - 5 ? NaN : HEALTHY[metric]!(h, t))) as At,
      ]),
    );
    const quiet = assessOf(silent);
    assert.ok(quiet.probability[0] > 5 * BASE);
    assert.match(quiet.evidence[0], /no telemetry for 5 h while its peers report/);
    const lost = assessFailures(hostsOf(1, { connection: "notResponding" }), null, 24);
    assert.ok(lost.probability[0] > 0.1);
    assert.equal(lost.evidence[0], "it does not respond");
  });

  it("gives a host without telemetry the base rate, never zero, and says so", () => {
    const without = Object.fromEntries(
      FAILURE_METRICS.map((metric) => [metric, ((h, t) => (h === 5 ? NaN : HEALTHY[metric]!(h, t))) as At]),
    );
    const { probability, lacking } = assessOf(without);
    assert.ok(Math.abs(probability[5] - BASE) < 1e-12);
    assert.deepEqual(
      lacking.map(({ what, subjects }) => [what, subjects]),
      [["host telemetry", ["esx-5"]]],
    );
  });

  it("says which signal a host lacks", () => {
    const { lacking } = assessOf({ hostDiskLatencyMs: (host) => (host < 2 ? NaN : 1) });
    assert.deepEqual(
      lacking.map(({ what, subjects }) => [what, subjects]),
      [["host disk latency", ["esx-0", "esx-1"]]],
    );
  });

  it("grows with the horizon and keeps every probability between the base rate and its bound", () => {
    assert.ok(baseProbability(168) > 6 * BASE && baseProbability(168) < 7 * BASE);
    const value = fc.option(fc.double({ min: 0, max: 1e7, noNaN: true }), { nil: Number.NaN });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 168 }),
        (list, horizon) => {
          const any: At = (host, hour) => list[(host * 31 + hour * 7) % list.length];
          const change = Object.fromEntries(FAILURE_METRICS.map((metric) => [metric, any]));
          const { probability } = assessFailures(hostsOf(4), historyOf(4, change), horizon);
          for (const p of probability) assert.ok(p >= baseProbability(horizon) - 1e-15 && p <= MAX_PROBABILITY, `${p}`);
        },
      ),
      { numRuns: 40 },
    );
  });
});
