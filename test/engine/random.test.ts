import assert from "node:assert/strict";
import { createRandom, xoshiro128 } from "../../engine/random";

const draw = (n: number, next: () => number) => Array.from({ length: n }, next);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe("createRandom", () => {
  it("gives the same numbers for the same seed and stream, and others for another", () => {
    const first = draw(5, createRandom(7, "vm", 3).next);
    assert.deepEqual(draw(5, createRandom(7, "vm", 3).next), first);
    assert.notDeepEqual(draw(5, createRandom(8, "vm", 3).next), first);
    assert.notDeepEqual(draw(5, createRandom(7, "vm", 4).next), first);
    // Parts of a stream's name don't run together.
    assert.notDeepEqual(draw(5, createRandom(7, "vm3").next), first);
  });

  it("is xoshiro128** 1.1, by its authors' reference code from the state 1, 2, 3, 4", () => {
    assert.deepEqual(draw(4, xoshiro128(1, 2, 3, 4)), [11520, 0, 5927040, 70819200]);
  });

  it("is pinned: a change of the streams changes every synthetic cluster", () => {
    assert.deepEqual(draw(4, createRandom(1, "pin").next), [1914289702, 3328087713, 2922055769, 2183955034]);
  });

  it("draws uniform and normal numbers of the right mean and spread", () => {
    const random = createRandom(1);
    const uniform = draw(20_000, random.uniform);
    assert.ok(Math.abs(mean(uniform) - 0.5) < 0.01);
    assert.ok(Math.abs(mean(uniform.map((u) => (u - 0.5) ** 2)) - 1 / 12) < 0.002);
    const normal = draw(20_000, random.normal);
    assert.ok(Math.abs(mean(normal)) < 0.03);
    assert.ok(Math.abs(mean(normal.map((x) => x * x)) - 1) < 0.05);
    assert.ok(Math.abs(mean(normal.map((x) => x ** 4)) - 3) < 0.3, "kurtosis");
  });

  it("shuffles a copy without losing anything", () => {
    const list = [1, 2, 3, 4, 5, 6, 7, 8];
    const shuffled = createRandom(3).shuffle(list);
    assert.deepEqual([...shuffled].sort(), list);
    assert.notDeepEqual(shuffled, list);
  });
});
