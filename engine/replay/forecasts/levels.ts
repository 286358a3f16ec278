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
  const glances = series.map((sums) => glancesOf(sums, grid.length));
  const fits = Array.from({ length: horizon }, () => new Fit());
  series.forEach((sums, row) => {
    for (const glance of glances[row]) {
      const leads = Math.min(horizon, grid.length - glance.origin);
      for (let lead = 0; lead < leads; lead++)
        fits[lead].add(glance.levels, sums.standard(glance.origin + lead, glance));
    }
  });
  const weights = fits.map((fit) => fit.solve());
  const pooled = new Moments();
  const own = series.map((sums, row) => {
    const moments = new Moments();
    for (const glance of glances[row]) {
      const leads = Math.min(horizon, grid.length - glance.origin);
      // The nearest slot and the farthest: errors between them lie between theirs.
      for (let lead = 0; lead < leads; lead += Math.max(1, horizon - 1)) {
        const error = sums.standard(glance.origin + lead, glance) - dot(weights[lead], glance.levels);
        moments.add(error);
        pooled.add(error);
      }
    }
    return moments;
  });
  const mean = new Float64Array(series.length * horizon).fill(Number.NaN);
  const variance = new Float64Array(mean.length);
  const all = pooled.count > 0 ? pooled.squares / pooled.count : 1;
  series.forEach((sums, row) => {
    const glance = sums.glance(grid.length);
    if (!glance) return mean.fill(sums.newest, row * horizon, (row + 1) * horizon);
    const { level, deviation, levels } = glance;
    const error = (own[row].squares + PRIOR * all) / (own[row].count + PRIOR);
    for (let lead = 0; lead < horizon; lead++) {
      mean[row * horizon + lead] = Math.max(0, level + deviation * dot(weights[lead], levels));
      variance[row * horizon + lead] = error * deviation * deviation;
    }
  });
  return { mean, variance };
}

/** The past instants of a series that are learned from. */
function glancesOf(sums: Sums, length: number): Glance[] {
  const glances: Glance[] = [];
  for (let origin = length - 1; origin >= LEAST; origin -= STRIDE) {
    const glance = sums.glance(origin);
    if (glance) glances.push(glance);
  }
  return glances;
}

/** What is known of a series at one instant. */
interface Glance {
  readonly origin: number;
  /** Mean and deviation of what is remembered. */
  readonly level: number;
  readonly deviation: number;
  /** How far the newest levels lie from the mean, in deviations. */
  readonly levels: Float64Array;
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

  /** What is known at `origin`, before its slot; null where that is too little to tell. */
  glance(origin: number): Glance | null {
    const from = Math.max(0, origin - this.memory);
    const n = this.count[origin] - this.count[from];
    if (n < LEAST / 2) return null;
    const level = (this.sum[origin] - this.sum[from]) / n;
    const deviation = Math.sqrt(Math.max(0, (this.squares[origin] - this.squares[from]) / n - level * level));
    const levels = new Float64Array(FEATURES);
    for (let k = 0; k < FEATURES; k++) {
      const first = Math.max(from, origin - WIDTHS[k]);
      const known = this.count[origin] - this.count[first];
      if (known > 0 && deviation > 0) levels[k] = ((this.sum[origin] - this.sum[first]) / known - level) / deviation;
    }
    return { origin, level, deviation, levels };
  }

  /** The value of a slot in the units that were known at a glance; NaN where there is none. */
  standard(slot: number, { level, deviation }: Glance): number {
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
