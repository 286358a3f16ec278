import { Forest } from "../../learning";
import type { HostEventLog } from "../events";
import { type PairModel, PairPredictor } from "./model";
import { followers } from "./rows";

/** How many failures of a host weigh as much as what is assumed without any. */
const PRIOR_FAILURES = 4;

/**
 * [i][j] P(j fails within the window after i), row-major: past failures of i that j followed, over a prior.
 * @param prior the same without history, such as that of shared parts
 */
export function countedMatrix(log: HostEventLog, windowSeconds: number, prior: Float64Array): Float64Array {
  const n = log.places.length;
  const matrix = prior.map((share) => share * PRIOR_FAILURES);
  const failures = new Float64Array(n);
  const followed = new Uint8Array(n);
  for (let k = 0; k < log.at.length; k++) {
    const i = log.host[k];
    followers(log, k, windowSeconds, followed);
    // Failures of the same instant follow each other, whichever is listed first.
    for (let before = k - 1; before >= 0 && log.at[before] === log.at[k]; before--) followed[log.host[before]] = 1;
    failures[i]++;
    for (let j = 0; j < n; j++) matrix[i * n + j] += followed[j];
  }
  return matrix.map((count, at) => count / (failures[Math.floor(at / n)] + PRIOR_FAILURES));
}

/** The same by the trained model: each host in turn is supposed to fail at `time`, after what the log says. */
export function predictedMatrix(model: PairModel, log: HostEventLog, time: number): Float64Array {
  const n = log.places.length;
  const forest = new Forest(model.trees);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const supposed = supposing(log, i, time);
    const predictor = new PairPredictor(model, supposed, forest);
    predictor.after(supposed.at.length - 1, matrix.subarray(i * n, (i + 1) * n));
  }
  return matrix;
}

/** The log up to `time`, then a failure of `host`. */
function supposing(log: HostEventLog, host: number, time: number): HostEventLog {
  let known = log.at.length;
  while (known > 0 && log.at[known - 1] > time) known--;
  const at = new Float64Array(known + 1);
  const append = <T extends Int32Array | Float64Array | Uint8Array>(into: T, from: T, value: number): T => {
    into.set(from.subarray(0, known));
    into[known] = value;
    return into;
  };
  return {
    places: log.places,
    host: append(new Int32Array(known + 1), log.host, host),
    at: append(at, log.at, time),
    until: append(new Float64Array(known + 1), log.until, Number.NaN),
    cause: append(new Uint8Array(known + 1), log.cause, 0),
    kind: append(new Uint8Array(known + 1), log.kind, 0),
  };
}
