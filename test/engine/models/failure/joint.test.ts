import assert from "node:assert/strict";
import fc from "fast-check";
import { jointProbabilities } from "../../../../engine/models/failure";

const close = (actual: number, expected: number, within = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, expected ${expected}`);

/** The least value of x'Ax over random directions and a few steps of the power method towards it. */
function leastEigenvalue(a: Float64Array, n: number): number {
  let x = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1));
  const trace = Array.from({ length: n }, (_, i) => a[i * n + i]).reduce((sum, v) => sum + v, 0);
  let quotient = 0;
  for (let step = 0; step < 500; step++) {
    const y = Float64Array.from({ length: n }, (_, i) => {
      let sum = trace * x[i];
      for (let j = 0; j < n; j++) sum -= a[i * n + j] * x[j];
      return sum;
    });
    const norm = Math.hypot(...y);
    x = y.map((v) => v / norm);
    quotient = trace - norm;
  }
  return quotient;
}

describe("the joint failure probabilities", () => {
  it("of hosts that have nothing to do with each other are products", () => {
    const joint = jointProbabilities([0.1, 0.2], [1, 0, 0, 1]);
    assert.equal(joint[0], 0.1);
    assert.equal(joint[3], 0.2);
    close(joint[1], 0.02);
    assert.equal(joint[1], joint[2]);
  });

  it("by hand: j follows i soon, or fails for reasons of its own", () => {
    // Both of 0.1, j follows with 0.5: 0.1 * (1 - 0.5 * 0.9).
    close(jointProbabilities([0.1, 0.1], [1, 0.5, 0.5, 1])[1], 0.055);
    // One direction only: the mean of 0.055 and 0.01.
    close(jointProbabilities([0.1, 0.1], [1, 0.5, 0, 1])[1], 0.0325);
  });

  it("of a host about to fail, and one that it takes along: neither becomes certain by the other's failure", () => {
    const [likely, rare] = [0.56, 0.01];
    const both = jointProbabilities([likely, rare], [1, 0.3, 0.3, 1])[1];
    close(both / rare, 1 - 0.7 * 0.44);
    assert.ok(both / likely > rare && both / likely < 0.02, "no more than the rarer host's probability allows");
  });

  it("never exceed the rarer of the two", () => {
    close(jointProbabilities([0.01, 0.5], [1, 1, 1, 1])[1], 0.01);
  });

  it("of certain and impossible failures stay finite", () => {
    const joint = jointProbabilities([0, 1, 0.5], new Float64Array(9).fill(0.7));
    assert.deepEqual([joint[1], joint[2], joint[5]], [0, 0, 0.5]);
  });

  it("refuse a matrix of another size", () => {
    assert.throws(() => jointProbabilities([0.1, 0.1], [1, 0, 1]), /3 pair probabilities for 2 hosts/);
  });

  it("property: symmetric, positive semi-definite, between independence and the rarer", () => {
    const size = fc.integer({ min: 2, max: 8 });
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        size.chain((n) =>
          fc.tuple(
            fc.array(fc.double({ min: 0.001, max: 0.9, noNaN: true }), { minLength: n, maxLength: n }),
            fc.array(unit, { minLength: n * n, maxLength: n * n }),
          ),
        ),
        ([own, soon]) => {
          const n = own.length;
          const joint = jointProbabilities(own, soon);
          for (let i = 0; i < n; i++) {
            assert.equal(joint[i * n + i], own[i]);
            for (let j = 0; j < n; j++) {
              if (i === j) continue;
              assert.equal(joint[i * n + j], joint[j * n + i]);
              assert.ok(joint[i * n + j] >= own[i] * own[j] - 1e-12);
              assert.ok(joint[i * n + j] >= own[i] + own[j] - 1 - 1e-12);
              assert.ok(joint[i * n + j] <= Math.min(own[i], own[j]) + 1e-12);
            }
          }
          assert.ok(leastEigenvalue(joint, n) > -1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });
});
