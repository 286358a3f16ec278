import type { FeatureMatrix } from "../../../../engine/models/learning";
import { createRandom } from "../../../../engine/random";

export const matrixOf = (rows: readonly (readonly number[])[]): FeatureMatrix => ({
  rows: rows.length,
  columns: rows[0].length,
  values: Float64Array.from(rows.flat()),
});

/** Rows whose log odds rest on the first two columns, with gaps in the second; the third is noise. */
export function clickRows(rows: number, seed: number) {
  const random = createRandom(seed, "rows");
  const targets = new Uint8Array(rows);
  const probabilities = new Float64Array(rows);
  const values = new Float64Array(rows * 3);
  for (let i = 0; i < rows; i++) {
    const a = random.normal();
    const b = random.uniform() < 0.2 ? Number.NaN : random.integer(4);
    const score = -1 + 1.5 * a + (Number.isNaN(b) ? 1 : b === 2 ? -1 : 0);
    probabilities[i] = 1 / (1 + Math.exp(-score));
    targets[i] = random.uniform() < probabilities[i] ? 1 : 0;
    values.set([a, b, random.normal()], i * 3);
  }
  return { features: { rows, columns: 3, values }, targets, probabilities };
}
