import { areProbabilities } from "../guarded";
import type { Host, Snapshot } from "../../snapshot/schema";
import { type HostEvent, type HostEventLog, hostEventLog, isFailure } from "./events";
import { type HostForecast, type HostModel, predictHosts, updateHostModel } from "./host";
import { placesOf } from "./places";

const HOUR = 3600;

/**
 * What the trained model says of some of the inventory's hosts, its level brought up to what came true by `time` (epoch
 * seconds). Null without any event of these hosts: what it learned from is then missing, not good.
 *
 * @throws RangeError where what it would have said of the last two weeks has nothing to do with what is known of them: a
 * part of the events that it learned from was left out, such as their file
 */
export function trainedForecast(
  model: HostModel,
  snapshot: Snapshot,
  hosts: readonly Host[],
  events: readonly HostEvent[],
  time: number,
  horizonHours: number,
): HostForecast | null {
  const log = hostEventLog(
    placesOf(snapshot.hosts),
    events.filter(({ at }) => at < time),
  );
  if (log.at.length === 0) return null;
  const updated = updateHostModel(model, log, time);
  refuseWithoutItsPast(updated, log, time);
  const { probability, evidence } = predictHosts(updated, log, time, horizonHours * HOUR);
  const rowOf = new Map(snapshot.hosts.map(({ id }, row) => [id, row]));
  const rows = hosts.map(({ id }) => rowOf.get(id)!);
  return {
    probability: Float64Array.from(rows, (row) => probability[row]),
    evidence: rows.map((row) => evidence[row]),
  };
}

/** Whether it is one: a damaged file may fit its schema and give numbers that are no probabilities. */
export const soundForecast = (said: HostForecast | null): boolean =>
  said === null || areProbabilities(said.probability);

const DAY = 24 * HOUR;
const PAST_DAYS = 14;
/** A model may be wrong by so much before it is not asked any more: a factor, and failures on top of it for chance. */
const MOST = { times: 3, failures: 15 };

function refuseWithoutItsPast(model: HostModel, log: HostEventLog, time: number): void {
  let expected = 0;
  for (let day = 1; day <= PAST_DAYS; day++) {
    const { probability } = predictHosts(model, log, time - day * DAY, DAY);
    expected += probability.reduce((sum, p) => sum + p, 0);
  }
  const seen = log.at.filter((at, k) => at >= time - PAST_DAYS * DAY && isFailure(log.kind[k])).length;
  if (expected <= MOST.times * seen + MOST.failures) return;
  throw new RangeError(
    `it foresees ${Math.round(expected)} failures in the last ${PAST_DAYS} days, ${seen} are known: give the host events that it learned from`,
  );
}
