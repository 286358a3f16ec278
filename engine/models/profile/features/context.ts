import { contextOf } from "../context-rates";
import type { FeatureGroup } from "./subject";

/** Windows of the series' own that the rate of its kind is worth. */
const PRIOR_WEIGHT = 6;

/** How often windows that began like this one saw a request: the series' own, its kind's, and its user's. */
export const context: FeatureGroup = {
  names: ["contextRate", "contextRateOfKind", "contextRateOfUser"],
  write({ own, tracker, window, user, application }, out, at) {
    const { contextPriors } = tracker;
    const mine = user === null ? null : tracker.users[user];
    const running = mine !== null && mine.running.length > 0;
    const kind =
      mine === null ? contextPriors.application : application === null ? contextPriors.user : contextPriors.pair;
    const here = contextOf(own, running, window);
    const prior = kind.rate(here, 0.05, 1);
    out[at] = tracker.ratesOf(own).rate(here, prior, PRIOR_WEIGHT);
    out[at + 1] = prior;
    if (mine === null) {
      out[at + 2] = -1;
      return;
    }
    const usersContext = contextOf(mine, running, window);
    out[at + 2] = tracker
      .ratesOf(mine)
      .rate(usersContext, contextPriors.user.rate(usersContext, 0.05, 1), PRIOR_WEIGHT);
  },
};
