import type { AffinityScore } from "../affinity-profile";
import { RequestForecaster } from "./forecaster";
import { buildLog, shifted } from "./log";
import type { RequestModel } from "./model";
import { HostPreferences } from "./preference";
import type { RequestRecord } from "./record";
import { WINDOW_MINUTES } from "./series";
import { activeSubjects, keyOf } from "./subjects";
import { requestUsage } from "./usage";

export interface RequestQuery {
  readonly model: RequestModel;
  /** Ids of the hosts to choose from. */
  readonly hosts: readonly string[];
  /** Evidence for hosts; made from the history where absent. Of the model's key. */
  readonly preferences?: HostPreferences;
  /** Keys seen in fewer windows are left out: there is nothing to go by. */
  readonly minWindows?: number;
}

export interface RequestPrediction {
  /** User, application, or both, as the model's key says. */
  readonly key: string;
  /** Of at least one request in the five minutes from `asOf`, 0 to 1. */
  readonly probability: number;
  /** Best first. */
  readonly preferredHosts: readonly AffinityScore[];
  /** Data that a window with requests reads and writes, MB; null where no record says. */
  readonly expectedVolumeMb: number | null;
}

/**
 * Who is likely to ask within the next five minutes, and which hosts serve them well; the likeliest first. Nothing
 * that happened at or after `asOf` (epoch seconds, taken to its minute) is looked at.
 * @throws RangeError where the preferences are of another key than the model
 */
export function predictRequests(
  history: readonly RequestRecord[],
  asOf: number,
  { model, hosts, preferences, minWindows = 2 }: RequestQuery,
): RequestPrediction[] {
  if (preferences && preferences.key !== model.key)
    throw new RangeError(`preferences by ${preferences.key}, a model by ${model.key}`);
  const minute = Math.floor(asOf / 60);
  const past = history.filter((record) => Math.floor(record.start / 60) < minute);
  // Windows stand on a grid: move the history so that the next one begins at asOf.
  const late = (WINDOW_MINUTES - (minute % WINDOW_MINUTES)) % WINDOW_MINUTES;
  const log = shifted(buildLog(past), late);
  const forecaster = new RequestForecaster(model, log).update((minute + late) / WINDOW_MINUTES);
  const subjects = activeSubjects(forecaster.tracker, model.key, minWindows);
  const probabilities = forecaster.predict(subjects);
  const evidence = preferences ?? new HostPreferences(model.key).update(past, asOf);
  const usage = requestUsage(past, model.key, asOf);
  return subjects
    .map((subject, i) => {
      const key = keyOf(subject, log);
      return {
        key,
        probability: probabilities[i],
        preferredHosts: evidence.scores(key, hosts, asOf),
        expectedVolumeMb: usage.get(key)?.volumeMbPerWindow ?? null,
      };
    })
    .sort((a, b) => b.probability - a.probability);
}
