import assert from "node:assert/strict";
import fc from "fast-check";
import { checkQuery, fromStored } from "../../../engine/telemetry/grid";
import { METRICS } from "../../../engine/telemetry/schema";

describe("values on the grid", () => {
  it("do not depend on the order in which a database added the samples", () => {
    const samples = fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 2, maxLength: 180 });
    fc.assert(
      fc.property(samples, (hundredths) => {
        const numbers = hundredths.map((n) => n / 100);
        const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
        const ascending = mean([...numbers].sort((a, b) => a - b));
        const descending = mean([...numbers].sort((a, b) => b - a));
        assert.equal(fromStored(METRICS.vmCpuMhz, ascending), fromStored(METRICS.vmCpuMhz, descending));
      }),
      { numRuns: 2000 },
    );
  });

  it("are rounded to the metric's resolution, in its unit", () => {
    assert.equal(fromStored(METRICS.vmCpuMhz, 1 / 3), 0.333);
    assert.equal(fromStored(METRICS.vmCpuMhz, 0.1 + 0.2), 0.3);
    assert.equal(fromStored(METRICS.vmMemoryActiveMb, 1536), 1.5);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (value) => {
        const rounded = fromStored(METRICS.vmCpuMhz, value);
        assert.ok(Math.abs(rounded - value) <= 0.000_51);
        assert.equal(rounded, Number(rounded.toFixed(3)));
      }),
    );
  });

  it("lie on whole steps from the epoch", () => {
    const check = (start: number, step: number, length: number) =>
      checkQuery({ kind: "vm", grid: { start, step, length } }, ["vmCpuMhz"]);
    check(3600, 60, 1);
    for (const [start, step, length] of [
      [30, 60, 1],
      [0, 0, 1],
      [0, 0.5, 1],
      [0, 60, 0],
      [-60, 60, 1],
      [NaN, 60, 1],
    ]) {
      assert.throws(() => check(start, step, length), RangeError, `${start} ${step} ${length}`);
    }
  });
});
