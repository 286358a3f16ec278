import type { TrainingSet } from "../learning";

/** A training set that always knows its outcomes (0 or 1) and weights. */
export interface OutcomeRows extends TrainingSet {
  readonly targets: Uint8Array;
  readonly weights: Float32Array;
}

/** Rows that are kept, copied as they come: what they were drawn from is written over for the next instant. */
export class SampledRows {
  private values = new Float32Array(0);
  private readonly targets: number[] = [];
  private readonly weights: number[] = [];

  constructor(private readonly columns: number) {}

  /** Keeps row `row` of `values`, row-major. */
  keep(values: Float32Array, row: number, target: number, weight: number): void {
    const { columns } = this;
    const at = this.targets.length * columns;
    if (at + columns > this.values.length) {
      const larger = new Float32Array(Math.max(1024 * columns, 2 * this.values.length));
      larger.set(this.values);
      this.values = larger;
    }
    for (let column = 0; column < columns; column++) this.values[at + column] = values[row * columns + column];
    this.targets.push(target);
    this.weights.push(weight);
  }

  set(): OutcomeRows {
    const { columns, targets } = this;
    return {
      features: { rows: targets.length, columns, values: this.values.slice(0, targets.length * columns) },
      targets: Uint8Array.from(targets),
      weights: Float32Array.from(this.weights),
    };
  }
}

/** The rows that are kept, in their order. */
export function rowsWhere({ features, targets, weights }: OutcomeRows, keep: (row: number) => boolean): OutcomeRows {
  const { columns, values } = features;
  const rows = Array.from(targets.keys()).filter(keep);
  const kept = new Float32Array(rows.length * columns);
  rows.forEach((row, at) => kept.set(values.subarray(row * columns, (row + 1) * columns), at * columns));
  return {
    features: { rows: rows.length, columns, values: kept },
    targets: Uint8Array.from(rows, (row) => targets[row]),
    weights: Float32Array.from(rows, (row) => weights[row]),
  };
}
