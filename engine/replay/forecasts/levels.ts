import { cholesky, solveLower, solveUpper } from "../../models/interference/kernel/cholesky";
import type { RecordedDemand } from "../demand";
import type { DemandForecaster } from "./forecaster";

/** Slots whose mean is a level: what is recent, against the mean of what is remembered. */
const WIDTHS = [1, 3, 12, 48] as const;
const FEATURES = WIDTHS.length;
/** Slots between the past instants that are learned from. */
const STRIDE = 6;
/** Slots of history before the first of them. */
const LEAST = 24;
/** Rows' worth of belief that levels tell nothing of what comes, so that a short history says little. */
const RIDGE = 50;
/** Instants' worth of belief that a VM errs as all do. */
const PRIOR = 12;

/**
 * Demand of the next slots for VMs with hours of history, too short for daily cycles: the mean of what is remembered,
 * moved by how far the newest levels lie from it as much as past levels told of what came. That share is learned from
 * the history itself, over all VMs together in units of each one's deviation, anew at each forecast (ridge regression,
 * slot by slot). The variance is that of the errors the same forecasts had, each VM's own drawn towards that of all.
 *
 * @param memory slots remembered
 */
export function levelForecaster(memory: number): DemandForecaster {
  return { name: "levels", forecast: (history, horizon) => forecast(history, horizon, memory) };
}

function forecast({ cpuMhz, grid }: RecordedDemand, horizon: number, memory: number) {
  const series = cpuMhz.map((values) => new Sums(values, memory));
  const fits = Array.from({ length: horizon }, () => new Fit());
  const origins: number[] = [];
  for (let origin = grid.length - 1; origin >= LEAST; origin -= STRIDE) origins.push(origin);
  const x = new Float64Array(FEATURES);
  for (const sums of series) {
    for (const origin of origins) {
      if (!sums.features(origin, x)) continue;
      const leads = Math.min(horizon, grid.length - origin);
      for (let lead = 0; lead < leads; lead++) fits[lead].add(x, sums.standard(origin + lead, origin));
    }
  }
  const weights = fits.map((fit) => fit.solve());
  const pooled = new Moments();
  const own = series.map((sums) => {
    const moments = new Moments();
    for (const origin of origins) {
      if (!sums.features(origin, x)) continue;
      const leads = Math.min(horizon, grid.length - origin);
      for (let lead = 0; lead < leads; lead += Math.max(1, horizon - 1)) {
        const error = sums.standard(origin + lead, origin) - dot(weights[lead], x);
        moments.add(error);
        pooled.add(error);
      }
    }
    return moments;
  });
  const mean = new Float64Array(series.length * horizon).fill(Number.NaN);
  const variance = new Float64Array(mean.length);
  series.forEach((sums, row) => {
    if (!sums.features(grid.length, x)) return mean.fill(sums.newest, row * horizon, (row + 1) * horizon);
    const { level, deviation } = sums.scaleAt(grid.length);
    const all = pooled.count > 0 ? pooled.squares / pooled.count : 1;
    const error = (own[row].squares + PRIOR * all) / (own[row].count + PRIOR);
    for (let lead = 0; lead < horizon; lead++) {
      mean[row * horizon + lead] = Math.max(0, level + deviation * dot(weights[lead], x));
      variance[row * horizon + lead] = error * deviation * deviation;
    }
  });
  return { mean, variance };
}

/** Means and deviations of any stretch of one series, without its gaps. */
class Sums {
  readonly newest: number;
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;
  private readonly count: Int32Array;

  constructor(
    private readonly values: Float64Array,
    private readonly memory: number,
  ) {
    this.sum = new Float64Array(values.length + 1);
    this.squares = new Float64Array(values.length + 1);
    this.count = new Int32Array(values.length + 1);
    let newest = Number.NaN;
    values.forEach((value, i) => {
      const known = !Number.isNaN(value);
      this.sum[i + 1] = this.sum[i] + (known ? value : 0);
      this.squares[i + 1] = this.squares[i] + (known ? value * value : 0);
      this.count[i + 1] = this.count[i] + Number(known);
      if (known) newest = value;
    });
    this.newest = newest;
  }

  /** Mean and deviation of what is remembered at `origin`. */
  scaleAt(origin: number): { level: number; deviation: number } {
    const from = Math.max(0, origin - this.memory);
    const n = this.count[origin] - this.count[from];
    const level = (this.sum[origin] - this.sum[from]) / n;
    return {
      level,
      deviation: Math.sqrt(Math.max(0, (this.squares[origin] - this.squares[from]) / n - level * level)),
    };
  }

  /** Distances of the newest levels from the mean, in deviations; false where there is too little to tell. */
  features(origin: number, into: Float64Array): boolean {
    const from = Math.max(0, origin - this.memory);
    if (this.count[origin] - this.count[from] < LEAST / 2) return false;
    const { level, deviation } = this.scaleAt(origin);
    for (let k = 0; k < FEATURES; k++) {
      const first = Math.max(from, origin - WIDTHS[k]);
      const n = this.count[origin] - this.count[first];
      into[k] = n > 0 && deviation > 0 ? ((this.sum[origin] - this.sum[first]) / n - level) / deviation : 0;
    }
    return true;
  }

  /** The value of a slot in the units that were known at `origin`; NaN where there is none. */
  standard(slot: number, origin: number): number {
    const { level, deviation } = this.scaleAt(origin);
    return deviation > 0 ? clamp((this.values[slot] - level) / deviation) : Number.NaN;
  }
}

/** One burst must not own the regression. */
const clamp = (value: number): number => Math.max(-6, Math.min(6, value));

class Moments {
  count = 0;
  squares = 0;

  add(error: number): void {
    if (Number.isNaN(error)) return;
    this.count++;
    this.squares += error * error;
  }
}

/** Ridge regression without a constant: standardised distances have none. */
class Fit {
  private readonly gram = new Float64Array(FEATURES * FEATURES);
  private readonly product = new Float64Array(FEATURES);

  add(x: Float64Array, y: number): void {
    if (Number.isNaN(y)) return;
    for (let i = 0; i < FEATURES; i++) {
      this.product[i] += x[i] * y;
      for (let j = 0; j < FEATURES; j++) this.gram[i * FEATURES + j] += x[i] * x[j];
    }
  }

  solve(): Float64Array {
    for (let i = 0; i < FEATURES; i++) this.gram[i * FEATURES + i] += RIDGE;
    cholesky(this.gram, FEATURES);
    solveLower(this.gram, FEATURES, this.product);
    solveUpper(this.gram, FEATURES, this.product);
    return this.product;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < FEATURES; i++) sum += a[i] * b[i];
  return sum;
}
