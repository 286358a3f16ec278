/** Features of many rows, row-major [row][column]; NaN where a value is not known. */
export interface FeatureMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array | Float64Array;
}

/** What a boosted model learns from. All arrays are in the order of the rows. */
export interface TrainingSet {
  readonly features: FeatureMatrix;
  /** 0 or 1 for the logistic loss. */
  readonly targets: ArrayLike<number>;
  /** Positive; 1 each where absent. */
  readonly weights?: ArrayLike<number>;
  /** Raw score that is there before the first tree, such as the log odds of a simpler model; 0 each where absent. */
  readonly offsets?: ArrayLike<number>;
}

/** @throws RangeError where the arrays don't fit each other, or a target, weight or offset is not finite */
export function checkTrainingSet(set: TrainingSet, name: string): void {
  const { rows, columns, values } = set.features;
  if (values.length !== rows * columns) throw new RangeError(`${name}: features hold ${values.length} values`);
  if (rows === 0 || columns === 0) throw new RangeError(`${name}: there are no ${rows === 0 ? "rows" : "columns"}`);
  for (const part of ["targets", "weights", "offsets"] as const) {
    const array = set[part];
    if (!array) continue;
    if (array.length !== rows) throw new RangeError(`${name}: ${array.length} ${part} for ${rows} rows`);
    for (let i = 0; i < rows; i++) {
      if (!Number.isFinite(array[i])) throw new RangeError(`${name}: ${part}[${i}] is ${array[i]}`);
      if (part === "weights" && array[i] <= 0) throw new RangeError(`${name}: weights[${i}] is not positive`);
    }
  }
}
