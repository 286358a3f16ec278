import { createRandom } from "../../../random";
import { type HostEventLog, isFailure } from "../events";
import { type OutcomeRows, SampledRows } from "../sampled-rows";
import { HOST_FEATURES, HostFeatures } from "./features";

/** Times of failures by host, ascending: what outcomes are read from. */
export function failureTimes(log: HostEventLog): readonly Float64Array[] {
  const times: number[][] = log.places.map(() => []);
  for (let k = 0; k < log.at.length; k++) if (isFailure(log.kind[k])) times[log.host[k]].push(log.at[k]);
  return times.map((list) => Float64Array.from(list));
}

/** Whether one of the ascending times lies in [from, to). */
export function failsWithin(times: Float64Array, from: number, to: number): boolean {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < from) low = middle + 1;
    else high = middle;
  }
  return low < times.length && times[low] < to;
}

/** Rows of all hosts at the given ascending instants, and whether each host fails within the horizon (seconds). */
export function hostRows(
  log: HostEventLog,
  instants: ArrayLike<number>,
  horizon: number,
  /** Share of the rows without failure that is kept, drawn by `seed`; those kept weigh for the others. */
  sample: { readonly share: number; readonly seed: number } = { share: 1, seed: 0 },
): OutcomeRows {
  const features = new HostFeatures(log);
  const times = failureTimes(log);
  const random = createRandom(sample.seed, "rows without failure");
  const columns = HOST_FEATURES.length;
  const hosts = log.places.length;
  const now = new Float32Array(hosts * columns);
  const rows = new SampledRows(columns);
  for (let i = 0; i < instants.length; i++) {
    const time = instants[i];
    features.advance(time);
    features.write(time, now);
    for (let host = 0; host < hosts; host++) {
      const fails = failsWithin(times[host], time, time + horizon);
      if (!fails && sample.share < 1 && random.uniform() >= sample.share) continue;
      rows.keep(now, host, fails ? 1 : 0, fails ? 1 : 1 / sample.share);
    }
  }
  return rows.set();
}
