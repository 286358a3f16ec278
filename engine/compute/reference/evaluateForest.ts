import type { ForestEvaluation } from "../device";

/**
 * The definition of {@link ForestEvaluation}, row by row and tree by tree: what every device must give. Slow on purpose; only
 * tests and the self-test run it.
 *
 * @returns [model][row]
 */
export function evaluateForestReference({ forest, rows, values }: ForestEvaluation): Int32Array {
  const models = forest.models.length - 1;
  const sums = new Int32Array(models * rows);
  for (let model = 0; model < models; model++) {
    for (let row = 0; row < rows; row++) {
      for (let tree = forest.models[model]; tree < forest.models[model + 1]; tree++) {
        let node = forest.roots[tree];
        while (forest.column[node] >= 0) {
          const value = Math.min(values[row * forest.columns + forest.column[node]], Number.MAX_VALUE);
          const goesLeft = Number.isNaN(value) ? forest.missingLeft[node] === 1 : value <= forest.threshold[node];
          node = goesLeft ? forest.left[node] : forest.left[node] + 1;
        }
        sums[model * rows + row] += forest.value[node];
      }
    }
  }
  return sums;
}
