import type { FeatureGroup } from "./subject";

const NONE: readonly number[] = [];

/** Which applications the user ran last, and what such a set was followed by. */
export const following: FeatureGroup = {
  names: [
    "followsMax",
    "followsMean",
    "followsOwn",
    "goesOnMax",
    "goesOnMin",
    "goesOnMean",
    "wentOnMax",
    "wentOnMin",
    "wentOnMean",
    "applicationsInLast",
    "applicationsNewest",
  ],
  write({ tracker, user, application }, out, at) {
    if (user === null) {
      out.fill(-1, at, at + 11);
      return;
    }
    const recent = tracker.recent.get(user) ?? NONE;
    const newest = tracker.newest[user] ?? NONE;
    if (application === null) out.fill(-1, at, at + 3);
    else tracker.sequence.nextIs(user, recent, application, out, at);
    tracker.sequence.goesOn(recent, out, at + 3);
    tracker.sequence.goesOn(newest, out, at + 6);
    out[at + 9] = recent.length;
    out[at + 10] = newest.length;
  },
};
