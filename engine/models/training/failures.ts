import {
  type HostModel,
  type PairModel,
  HOST_MODEL,
  MIN_FAILURES,
  MIN_HOST_FAILURES,
  PAIR_MODEL,
  fitHostModel,
  fitPairModel,
  hostEventLog,
  hostModelSchema,
  pairModelSchema,
  placesOf,
  selectEvents,
} from "../failure";
import { HOUR } from "../history";
import { type Trainable, skilled } from "./trainable";
import type { TrainingData } from "./training-data";

const DAY = 86_400;
/** Events before the first instant that is learned from, on which its features rest. */
const HISTORY_DAYS = 30;
/** What stands below a month of instants teaches the calendar, not the hosts. */
const LEAST_INSTANTS = 30;
/** "Soon after another host": the window of the pairs. */
const PAIR_WINDOW = HOUR;

export const hostFailures: Trainable<HostModel> = {
  name: HOST_MODEL,
  needs: `${MIN_HOST_FAILURES} failures of hosts over two months or more`,
  fallback: "base rate and the odds of signals",
  schema: hostModelSchema,
  fit(data, { seed }) {
    const { log, failures } = eventsOf(data);
    if (failures.at.length < MIN_HOST_FAILURES) return short(failures.at.length, MIN_HOST_FAILURES);
    const horizon = data.horizonHours * HOUR;
    const first = Math.ceil(log.at[0] / DAY + HISTORY_DAYS) * DAY;
    const instants: number[] = [];
    for (let at = first; at + horizon <= data.asOf; at += DAY) instants.push(at);
    if (instants.length < LEAST_INSTANTS) return `events of ${HISTORY_DAYS + LEAST_INSTANTS} days are needed`;
    const file = fitHostModel(log, { instants: () => instants, horizonsSeconds: [horizon], seed });
    return file ?? short(failures.at.length, MIN_HOST_FAILURES);
  },
  headerOf: (file) => file,
  serves: skilled,
};

export const pairFailures: Trainable<PairModel> = {
  name: PAIR_MODEL,
  needs: `${MIN_FAILURES} failures of hosts`,
  fallback: "counted failures over shared parts",
  schema: pairModelSchema,
  learnsFromRareEvents: true,
  fit(data, { seed }) {
    const { failures } = eventsOf(data);
    const few = short(failures.at.length, MIN_FAILURES);
    if (failures.at.length < MIN_FAILURES) return few;
    const from = failures.at[0] + HISTORY_DAYS * DAY;
    return fitPairModel(failures, { windowSeconds: PAIR_WINDOW, from, until: data.asOf, seed }) ?? few;
  },
  headerOf: (file) => file,
  serves: skilled,
};

function eventsOf({ snapshot, events }: TrainingData) {
  const log = hostEventLog(placesOf(snapshot.hosts), events);
  return { log, failures: selectEvents(log, true) };
}

const short = (have: number, need: number) =>
  `${have} ${have === 1 ? "failure of these hosts is" : "failures of these hosts are"} known, ${need} are needed`;
