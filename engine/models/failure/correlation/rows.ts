import { createRandom } from "../../../random";
import type { TrainingSet } from "../../learning";
import type { HostEventLog } from "../events";
import { PAIR_FEATURES, PairFeatures } from "./features";

/** Marks the hosts of later events within the window, ties included: those that the one at `index` is followed by. */
export function followers(log: HostEventLog, index: number, windowSeconds: number, into: Uint8Array): void {
  into.fill(0);
  const end = log.at[index] + windowSeconds;
  for (let k = index + 1; k < log.at.length && log.at[k] <= end; k++) into[log.host[k]] = 1;
}

export interface PairSample {
  /** Shares of the pairs that are kept, where j followed and where not; those kept weigh for the others. */
  readonly positives: number;
  readonly negatives: number;
  readonly seed: number;
}

export interface PairRows extends TrainingSet {
  readonly targets: Uint8Array;
  readonly weights: Float32Array;
}

/**
 * Rows (i, j), j other than i, of the given ascending events: whether j fails within the window after i.
 * @param log of failures alone
 * @param events indices into it
 */
export function pairRows(
  log: HostEventLog,
  events: ArrayLike<number>,
  windowSeconds: number,
  sample: PairSample = { positives: 1, negatives: 1, seed: 0 },
): PairRows {
  const features = new PairFeatures(log, windowSeconds);
  const random = createRandom(sample.seed, "pairs");
  const hosts = log.places.length;
  const columns = PAIR_FEATURES.length;
  const now = new Float32Array(hosts * columns);
  const followed = new Uint8Array(hosts);
  const chunks: Float32Array[] = [];
  const targets: number[] = [];
  const weights: number[] = [];
  for (let e = 0; e < events.length; e++) {
    features.advance(events[e]);
    features.write(now);
    followers(log, events[e], windowSeconds, followed);
    const kept: number[] = [];
    for (let j = 0; j < hosts; j++) {
      if (j === log.host[events[e]]) continue;
      const share = followed[j] ? sample.positives : sample.negatives;
      if (share < 1 && random.uniform() >= share) continue;
      kept.push(j);
      targets.push(followed[j]);
      weights.push(1 / share);
    }
    const chunk = new Float32Array(kept.length * columns);
    kept.forEach((j, n) => chunk.set(now.subarray(j * columns, (j + 1) * columns), n * columns));
    chunks.push(chunk);
  }
  const values = new Float32Array(targets.length * columns);
  let at = 0;
  for (const chunk of chunks) {
    values.set(chunk, at);
    at += chunk.length;
  }
  return {
    features: { rows: targets.length, columns, values },
    targets: Uint8Array.from(targets),
    weights: Float32Array.from(weights),
  };
}
