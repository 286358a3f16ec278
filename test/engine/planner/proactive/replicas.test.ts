import assert from "node:assert/strict";
import * as fc from "fast-check";
import { hostFailures, replicaAdvice, type ReplicaQuestion } from "../../../../engine/planner/proactive";

const DRAWS = 200_000;

/** How often each host failed, and each pair. */
function observed(own: number[], joint: number[] | null): { alone: number[]; both: number[] } {
  const n = own.length;
  const failures = hostFailures(own, joint, 7);
  const failed = new Uint8Array(n);
  const [alone, both] = [new Array<number>(n).fill(0), new Array<number>(n * n).fill(0)];
  for (let draw = 0; draw < DRAWS; draw++) {
    failures.draw(failed);
    for (let i = 0; i < n; i++) {
      alone[i] += failed[i] / DRAWS;
      for (let j = 0; j < n; j++) both[i * n + j] += (failed[i] * failed[j]) / DRAWS;
    }
  }
  return { alone, both };
}

const near = (actual: number, expected: number, what: string) => {
  const error = Math.sqrt((expected * (1 - expected)) / DRAWS);
  assert.ok(Math.abs(actual - expected) <= 4 * error + 1e-6, `${what}: ${actual}, not ${expected} ± ${error}`);
};

describe("hosts that fail together", () => {
  it("fail as often as their probabilities say, alone and in pairs", () => {
    const own = [0.05, 0.02, 0.1, 0.3];
    const joint = [
      0.05, 0.01, 0.005, 0.025, 0.01, 0.02, 0.002, 0.009, 0.005, 0.002, 0.1, 0.05, 0.025, 0.009, 0.05, 0.3,
    ];
    const { alone, both } = observed(own, joint);
    own.forEach((p, i) => near(alone[i], p, `host ${i}`));
    joint.forEach((p, at) => near(both[at], p, `pair ${at}`));
  });

  it("are independent where no pairs are known, and one where they always fail together", () => {
    const own = [0.04, 0.04];
    near(observed(own, null).both[1], 0.0016, "independent");
    near(observed(own, [0.04, 0.04, 0.04, 0.04]).both[1], 0.04, "always together");
  });

  it("have correlations that no variables could have shrunk, and their own probabilities kept", () => {
    const own = [0.2, 0.2, 0.2];
    // The first with both others always, and these two never with each other.
    const { alone, both } = observed(own, [0.2, 0.2, 0.2, 0.2, 0.2, 0, 0.2, 0, 0.2]);
    own.forEach((p, i) => near(alone[i], p, `host ${i}`));
    assert.ok(both[1] < 0.2 && both[1] > 0.1);
  });
});

describe("how many replicas it takes", () => {
  const question = (over: Partial<ReplicaQuestion> & { own: number[] }): ReplicaQuestion => ({
    joint: null,
    replicas: over.own.map((_, host) => ({ host, cascade: null })),
    needed: 1,
    riskBound: 0.01,
    seed: 1,
    ...over,
  });
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
  /** P(fewer than m of n survive), each failing by itself with p. */
  const binomial = (n: number, m: number, p: number) => {
    let sum = 0;
    for (let left = 0; left < Math.min(m, n + 1); left++) sum += choose(n, left) * (1 - p) ** left * p ** (n - left);
    return sum;
  };

  it("is what the binomial distribution says for hosts that fail by themselves", () => {
    for (const [needed, p, riskBound] of [
      [1, 0.1, 0.02],
      [2, 0.1, 0.01],
      [3, 0.05, 0.001],
      [4, 0.2, 0.05],
    ]) {
      const own = new Array<number>(12).fill(p);
      const { suggested, risk } = replicaAdvice(question({ own, needed, riskBound }));
      const exact = own.map((_, i) => binomial(i + 1, needed, p));
      assert.equal(suggested, exact.findIndex((value) => value <= riskBound) + 1);
      exact.forEach((value, i) => {
        const error = Math.sqrt((value * Math.max(0, 1 - value)) / 20_000);
        assert.ok(Math.abs(risk[i + 1] - value) <= 5 * error + 1e-4, `${i + 1}: ${risk[i + 1]}, not ${value}`);
      });
    }
  });

  it("is none where all hosts fail together, and more for hosts of one rack than of several", () => {
    const own = new Array<number>(6).fill(0.05);
    const all = new Array<number>(36).fill(0.05);
    assert.equal(replicaAdvice(question({ own, joint: all })).suggested, null);
    const pairs = Float64Array.from({ length: 36 }, (_, at) => {
      const [i, j] = [Math.floor(at / 6), at % 6];
      return i === j ? 0.05 : i < 3 && j < 3 ? 0.04 : 0.0025;
    });
    const order = (hosts: number[]) => hosts.map((host) => ({ host, cascade: null }));
    const sameRack = replicaAdvice(question({ own, joint: pairs, replicas: order([0, 1, 2, 3, 4, 5]) })).suggested!;
    const racks = replicaAdvice(question({ own, joint: pairs, replicas: order([0, 3, 1, 4, 2, 5]) })).suggested!;
    assert.equal(racks, 2);
    assert.equal(sameRack, 4);
  });

  it("does not grow out of a failure that reaches all replicas through what they depend on", () => {
    const own = [0.05, ...new Array<number>(8).fill(0.001)];
    const database = own.map((_, host) => (host === 0 ? 0.8 : 0));
    const replicas = own.slice(1).map((_, i) => ({ host: i + 1, cascade: database }));
    const { suggested, risk } = replicaAdvice(question({ own, replicas }));
    assert.equal(suggested, null);
    assert.ok(Math.abs(risk.at(-1)! - 0.04) < 0.005, `${risk.at(-1)}`);
  });

  it("never gets worse with another replica, and says the same again", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.5, noNaN: true }), { minLength: 1, maxLength: 7 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 99 }),
        (own, needed, seed) => {
          const asked = question({ own, needed, riskBound: 0.05, seed });
          const advice = replicaAdvice(asked);
          assert.deepEqual(replicaAdvice(asked), advice);
          advice.risk.forEach((value, n) => assert.ok(n === 0 || value <= advice.risk[n - 1]));
          if (advice.suggested !== null) assert.ok(advice.risk[advice.suggested] <= 0.05 && advice.suggested >= needed);
        },
      ),
      { numRuns: 20 },
    );
  });
});
