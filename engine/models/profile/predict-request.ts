import { RequestForecaster } from "./forecaster";
import { buildLog, shifted } from "./log";
import { type RequestModel, REQUEST_MODEL, REQUEST_MODEL_VERSION } from "./model";
import type { RequestKey, RequestRecord } from "./record";
import { WINDOW_MINUTES } from "./series";
import { type RequestSubject, viewOf } from "./subjects";

/** Whose next request is asked for: a user's, an application's, or that of a user for an application. */
export interface RequestAsker {
  readonly user?: string;
  readonly application?: string;
}

export interface NextRequest {
  /** Of at least one request within the windows from `asOf`, 0 to 1. */
  readonly probability: number;
  /** Windows of the past in which it asked. */
  readonly windowsSeen: number;
  /** What spoke most for and against a request in the first window. */
  readonly reasons: readonly { feature: string; value: number; logOdds: number }[];
}

/** The key that a model must have to answer for an asker. @throws RangeError for an asker that is nobody */
export function keyOfAsker({ user, application }: RequestAsker): RequestKey {
  if (user !== undefined && application !== undefined) return "user and application";
  if (user === undefined && application === undefined) throw new RangeError("neither a user nor an application");
  return user !== undefined ? "user" : "application";
}

/** The model that needs no training: it answers with the idle-time histogram of the history that it is given. */
export function histogramModel(key: RequestKey, reason: string): RequestModel {
  return {
    header: { model: REQUEST_MODEL, version: REQUEST_MODEL_VERSION, trainedUntil: 0, samples: 0, skill: null },
    ...{ key, method: "idle-time histogram", reason, trees: null, calibration: null },
  };
}

/**
 * How likely one asker is to ask within `windows` windows of five minutes from `asOf` (epoch seconds, taken to its
 * minute): by the chain rule, each later window given that nobody asked in those before. Nothing that happened at or
 * after `asOf` is looked at.
 * @returns null for an asker with requests in fewer than two windows: there is nothing to go by
 * @throws RangeError where the model is of another key
 */
export function predictRequest(
  history: readonly RequestRecord[],
  asker: RequestAsker,
  asOf: number,
  { model, windows = 1 }: { model: RequestModel; windows?: number },
): NextRequest | null {
  const key = keyOfAsker(asker);
  if (key !== model.key) throw new RangeError(`a question by ${key}, a model by ${model.key}`);
  const minute = Math.floor(asOf / 60);
  const past = history.filter((record) => Math.floor(record.start / 60) < minute);
  // Windows stand on a grid: move the history so that the next one begins at asOf.
  const late = (WINDOW_MINUTES - (minute % WINDOW_MINUTES)) % WINDOW_MINUTES;
  const log = shifted(buildLog(past), late);
  const subject = subjectOf(asker, log);
  if (subject === null) return null;
  const first = (minute + late) / WINDOW_MINUTES;
  const forecaster = new RequestForecaster(model, log).update(first);
  const windowsSeen = viewOf(forecaster.tracker, subject).own.windows.length;
  if (windowsSeen < 2) return null;
  const reasons = forecaster.explain(subject);
  let none = 1;
  for (let window = 0; window < windows; window++) {
    none *= 1 - forecaster.update(first + window).predict([subject])[0];
  }
  return { probability: 1 - none, windowsSeen, reasons };
}

function subjectOf({ user, application }: RequestAsker, log: ReturnType<typeof buildLog>): RequestSubject | null {
  const subject = {
    user: user === undefined ? null : log.users.indexOf(user),
    application: application === undefined ? null : log.applications.indexOf(application),
  };
  return subject.user === -1 || subject.application === -1 ? null : subject;
}
