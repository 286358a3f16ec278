/** Bins of an idle time in minutes: one a minute up to three hours, then of 10 minutes to two days, then of 6 hours. */
const FINE = 180;
const MIDDLE = 270;
const COARSE = 60;
export const GAP_BINS = FINE + MIDDLE + COARSE;

export function gapBin(minutes: number): number {
  if (minutes < FINE) return minutes;
  const middle = Math.floor((minutes - FINE) / 10);
  if (middle < MIDDLE) return FINE + middle;
  return Math.min(GAP_BINS - 1, FINE + MIDDLE + Math.floor((minutes - FINE - MIDDLE * 10) / 360));
}

/** Where in its bin a time lies, 0 at the start, below 1. */
function withinBin(minutes: number): number {
  if (minutes < FINE) return 0;
  if (minutes < FINE + MIDDLE * 10) return ((minutes - FINE) % 10) / 10;
  return ((minutes - FINE - MIDDLE * 10) % 360) / 360;
}

/**
 * Histogram of the idle times between requests (Shahrad et al., "Serverless in the Wild", USENIX ATC 2020), kept as the
 * number of gaps that lasted at least so long, so that a hazard is two look-ups.
 */
export class GapHistogram {
  private atLeast = new Float32Array(8);

  add(minutes: number): void {
    const last = gapBin(minutes);
    if (last + 1 >= this.atLeast.length) {
      const larger = new Float32Array(Math.min(GAP_BINS + 1, 2 * (last + 2)));
      larger.set(this.atLeast);
      this.atLeast = larger;
    }
    for (let bin = 0; bin <= last; bin++) this.atLeast[bin]++;
  }

  /** Gaps of at least so many minutes; inside a bin of several minutes taken as spread evenly. */
  lasting(minutes: number): number {
    const bin = gapBin(minutes);
    if (bin >= this.atLeast.length) return 0;
    const share = withinBin(minutes);
    return share === 0 ? this.atLeast[bin] : this.atLeast[bin] * (1 - share) + (this.atLeast[bin + 1] ?? 0) * share;
  }

  /**
   * Probability that a gap that has lasted `idle` minutes ends within the next `window` ones, drawn towards `prior` as
   * if it had been seen `weight` times.
   */
  hazard(idle: number, window: number, prior: number, weight: number): number {
    const now = this.lasting(idle);
    return (now - this.lasting(idle + window) + weight * prior) / (now + weight);
  }

  get count(): number {
    return this.atLeast[0];
  }
}
