/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  readonly rows: number;
  readonly meanProbability: number;
  readonly frequency: number;
}

/**
 * The reliability diagram; bins without rows are left out.
 * @param split "width": bins of equal width in probability; "count": bins of about equal numbers of rows, which tell
 *   more where nearly all probabilities are small
 */
export function reliabilityBins(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  bins = 10,
  split: "width" | "count" = "width",
): ReliabilityBin[] {
  const n = outcomes.length;
  const rows = new Float64Array(bins);
  const sums = new Float64Array(bins);
  const hits = new Float64Array(bins);
  const binOf = split === "width" ? byWidth(probabilities, bins) : byCount(probabilities, bins);
  for (let i = 0; i < n; i++) {
    const bin = binOf(i);
    rows[bin]++;
    sums[bin] += probabilities[i];
    hits[bin] += outcomes[i];
  }
  const result: ReliabilityBin[] = [];
  for (let bin = 0; bin < bins; bin++) {
    if (rows[bin] === 0) continue;
    result.push({ rows: rows[bin], meanProbability: sums[bin] / rows[bin], frequency: hits[bin] / rows[bin] });
  }
  return result;
}

/** Expected calibration error: |frequency - mean probability| of the bins, weighted by rows (Naeini et al., AAAI 2015). */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  bins = 10,
  split: "width" | "count" = "width",
): number {
  const list = reliabilityBins(probabilities, outcomes, bins, split);
  const off = list.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.frequency - bin.meanProbability), 0);
  return off / outcomes.length;
}

function byWidth(probabilities: ArrayLike<number>, bins: number): (row: number) => number {
  return (row) => Math.max(0, Math.min(bins - 1, Math.floor(probabilities[row] * bins)));
}

/** Equal probabilities share a bin. */
function byCount(probabilities: ArrayLike<number>, bins: number): (row: number) => number {
  const sorted = Float64Array.from(probabilities).sort();
  const edges = Array.from({ length: bins - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)]);
  return (row) => {
    let bin = 0;
    while (bin < edges.length && probabilities[row] >= edges[bin]) bin++;
    return bin;
  };
}
