import assert from "node:assert/strict";
import { bayesFactorBound, UpperTail } from "../../../../engine/models/failure/rarity";
import { createRandom } from "../../../../engine/random";

const exponential = (count: number, seed: number): Float64Array => {
  const random = createRandom(seed);
  return Float64Array.from({ length: count }, () => -Math.log(1 - random.uniform()));
};

describe("the upper tail of past levels", () => {
  it("gives an exponential's own probabilities, far beyond what was seen as well", () => {
    const tail = new UpperTail(exponential(20_000, 1), 1);
    for (const level of [4, 6, 12]) {
      const ratio = tail.probability(level) / Math.exp(-level);
      assert.ok(ratio > 0.6 && ratio < 1.8, `${level}: ${ratio}`);
    }
  });

  it("says nothing of a level below the tail, and less the fewer levels are known", () => {
    const [few, many] = [new UpperTail(exponential(60, 2), 1), new UpperTail(exponential(6000, 2), 1)];
    assert.equal(few.probability(0.1), 1);
    assert.ok(few.probability(15) > 100 * many.probability(15));
  });

  it("takes levels of overlapping windows for as many fewer", () => {
    const levels = exponential(4000, 3);
    assert.ok(new UpperTail(levels, 8).probability(15) > 2 * new UpperTail(levels, 1).probability(15));
  });

  it("of levels that are all the same stays a probability, and falls with the level", () => {
    const tail = new UpperTail(new Float64Array(300), 1);
    const [little, much] = [tail.probability(0.05), tail.probability(5)];
    assert.ok(much > 0 && much < little && little < 0.05, `${little} ${much}`);
    assert.ok(new UpperTail(Float64Array.of(1), 8).probability(2) > 0);
  });
});

describe("the bound on what a p-value says", () => {
  it("is that of Sellke, Bayarri and Berger, and 1 for a p-value that says nothing", () => {
    assert.ok(Math.abs(bayesFactorBound(0.05) - 2.456) < 0.001);
    assert.ok(Math.abs(bayesFactorBound(0.01) - 7.988) < 0.001);
    assert.equal(bayesFactorBound(0.9), 1);
  });
});
