import type { RequestKey } from "./record";
import { KEY_SEPARATOR } from "./record";
import type { RequestLog } from "./log";
import type { ActivitySeries } from "./series";
import type { RequestTracker } from "./tracker";
import type { Subject } from "./features";

/** Whose requests are predicted: rows of the log's users and applications; null for all of them. */
export interface RequestSubject {
  readonly user: number | null;
  readonly application: number | null;
}

/** Subjects of that key with requests in at least so many windows that the tracker has seen, in the log's order. */
export function activeSubjects(tracker: RequestTracker, key: RequestKey, minWindows: number): RequestSubject[] {
  const enough = (series: ActivitySeries) => series.windows.length >= minWindows;
  if (key === "user and application") {
    return [...tracker.pairs.values()]
      .filter(({ series }) => enough(series))
      .map(({ user, application }) => ({ user, application }));
  }
  const list = key === "user" ? tracker.users : tracker.applications;
  const subjects = list.map((_, i) => (key === "user" ? subject(i, null) : subject(null, i)));
  return subjects.filter((_, i) => enough(list[i]));
}

const subject = (user: number | null, application: number | null): RequestSubject => ({ user, application });

/** The key that users read, such as "anna" or "anna|backup". */
export function keyOf({ user, application }: RequestSubject, log: RequestLog): string {
  const parts = [user === null ? null : log.users[user], application === null ? null : log.applications[application]];
  return parts.filter((part) => part !== null).join(KEY_SEPARATOR);
}

/** What the features of a subject are made of, as of the tracker's window. */
export function viewOf(tracker: RequestTracker, { user, application }: RequestSubject): Subject {
  const { priors, window } = tracker;
  if (user !== null && application !== null) {
    return { tracker, window, user, application, own: tracker.pair(user, application).series, prior: priors.pair };
  }
  if (user !== null) return { tracker, window, user, application, own: tracker.users[user], prior: priors.user };
  if (application === null) throw new RangeError("a subject without user and application");
  return { tracker, window, user, application, own: tracker.applications[application], prior: priors.application };
}
