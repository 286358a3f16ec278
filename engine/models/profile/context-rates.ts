import type { ActivitySeries } from "./series";

/** Windows of silence that begin a new context. */
const SILENCES = [1, 2, 3, 6, 12, 36, 144] as const;
/** Active windows of the last six that tell a burst from steady work. */
const DENSITIES = [2, 4] as const;
export const CONTEXTS = (SILENCES.length + 1) * 2 * (DENSITIES.length + 1);

/** After so many windows in a context what was seen there counts half: habits change. */
const HALF_LIFE = 96;
const KEEP = 2 ** (-1 / HALF_LIFE);

/** Where a series stands at the start of a window: how long silent, whether something runs, how dense it was. */
export function contextOf(series: ActivitySeries, running: boolean, window: number): number {
  const silence = window - 1 - series.lastWindow;
  let context = 0;
  while (context < SILENCES.length && silence >= SILENCES[context]) context++;
  const dense = silence >= 6 ? 0 : series.windows.length - series.windows.below(window - 6);
  let density = 0;
  while (density < DENSITIES.length && dense >= DENSITIES[density]) density++;
  return (context * 2 + (running ? 1 : 0)) * (DENSITIES.length + 1) + density;
}

/** How often a window of each context saw a request, older windows counted for less. */
export class ContextRates {
  private readonly seen = new Float64Array(CONTEXTS);
  private readonly active = new Float64Array(CONTEXTS);

  learn(context: number, active: boolean, keep = KEEP): void {
    this.seen[context] = this.seen[context] * keep + 1;
    this.active[context] = this.active[context] * keep + (active ? 1 : 0);
  }

  /** Drawn towards `prior` as if it had been seen `weight` times. */
  rate(context: number, prior: number, weight: number): number {
    return (this.active[context] + weight * prior) / (this.seen[context] + weight);
  }
}
