import type { Host, Snapshot } from "../../snapshot/schema";
import { type HostEvent, hostEventLog } from "./events";
import { type HostForecast, type HostModel, predictHosts, updateHostModel } from "./host";
import { placesOf } from "./places";

const HOUR = 3600;

/**
 * What the trained model says of some of the inventory's hosts, its level brought up to what came true by `time` (epoch
 * seconds). Null without any event of these hosts: what it learned from is then missing, not good.
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
  const { probability, evidence } = predictHosts(updateHostModel(model, log, time), log, time, horizonHours * HOUR);
  const rowOf = new Map(snapshot.hosts.map(({ id }, row) => [id, row]));
  const rows = hosts.map(({ id }) => rowOf.get(id)!);
  return {
    probability: Float64Array.from(rows, (row) => probability[row]),
    evidence: rows.map((row) => evidence[row]),
  };
}
