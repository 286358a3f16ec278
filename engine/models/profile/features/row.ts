import { calendar } from "./calendar";
import { circumstances } from "./circumstances";
import { company } from "./company";
import { context } from "./context";
import { following } from "./following";
import { recency } from "./recency";
import { rhythm } from "./rhythm";
import { running } from "./running";
import { share } from "./share";
import type { FeatureGroup, Subject } from "./subject";

const GROUPS: readonly FeatureGroup[] = [
  recency,
  rhythm,
  calendar,
  company,
  following,
  running,
  context,
  share,
  circumstances,
];

/** Names of the features, in the order of a row. Only appended to: model files name them. */
export const FEATURES: readonly string[] = GROUPS.flatMap((group) => group.names);

/** Writes one row, as of the start of the subject's window. */
export function writeFeatures(subject: Subject, out: Float32Array, at = 0): void {
  for (const group of GROUPS) {
    group.write(subject, out, at);
    at += group.names.length;
  }
}
