import type { FeatureGroup } from "./subject";

/** What a sparse logistic regression says that learns with every window, those after training too. */
export const circumstances: FeatureGroup = {
  names: ["onlineLogOdds"],
  write({ own, tracker, user, application }, out, at) {
    out[at] = tracker.onlineLogOdds(own, user, application);
  },
};
