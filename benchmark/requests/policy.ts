export interface ColdStarts {
  /** Of the windows with a request, the share that wasn't prepared. */
  readonly coldShare: number;
  /** Windows prepared without a request, for each window with one. */
  readonly wasted: number;
  /** The lowest probability that was prepared for. */
  readonly threshold: number;
}

/** What preparing for the `prepared` most likely windows would have given; ties with the last are prepared too. */
export function coldStarts(predictions: Float64Array, outcomes: Uint8Array, prepared: number): ColdStarts {
  const threshold = Float64Array.from(predictions).sort()[predictions.length - prepared];
  return atThreshold(predictions, outcomes, threshold);
}

/** What preparing for every window of at least that probability would have given. */
export function atThreshold(predictions: Float64Array, outcomes: Uint8Array, threshold: number): ColdStarts {
  let [requests, cold, wasted] = [0, 0, 0];
  for (let i = 0; i < predictions.length; i++) {
    const ready = predictions[i] >= threshold;
    requests += outcomes[i];
    if (outcomes[i] && !ready) cold++;
    if (!outcomes[i] && ready) wasted++;
  }
  const round = (value: number) => Math.round(value * 10_000) / 10_000;
  return { coldShare: round(cold / requests), wasted: round(wasted / requests), threshold: round(threshold) };
}
