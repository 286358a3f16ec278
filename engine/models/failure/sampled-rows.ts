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
