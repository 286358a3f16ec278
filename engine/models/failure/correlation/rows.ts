import { createRandom } from "../../../random";
import type { HostEventLog } from "../events";
import { type OutcomeRows, SampledRows } from "../sampled-rows";
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

/** Rows of pairs, and the index of the failure that each stems from. */
export interface PairRows extends OutcomeRows {
  readonly events: Int32Array;
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
  const rows = new SampledRows(columns);
  const of: number[] = [];
  for (let e = 0; e < events.length; e++) {
    features.advance(events[e]);
    features.write(now);
    followers(log, events[e], windowSeconds, followed);
    for (let j = 0; j < hosts; j++) {
      if (j === log.host[events[e]]) continue;
      const share = followed[j] ? sample.positives : sample.negatives;
      if (share < 1 && random.uniform() >= share) continue;
      rows.keep(now, j, followed[j], 1 / share);
      of.push(events[e]);
    }
  }
  return { ...rows.set(), events: Int32Array.from(of) };
}
