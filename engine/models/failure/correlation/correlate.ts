import type { Host } from "../../../snapshot/schema";
import type { HostCorrelation } from "../../relations";
import { type HostEvent, type HostEventLog, hostEventLog, selectEvents } from "../events";
import { placesOf } from "../places";
import { countedMatrix, predictedMatrix } from "./conditional";
import { jointProbabilities } from "./joint";
import type { PairModel } from "./model";
import { sharedPartsMatrix } from "./shared-parts";

/** "Soon after" where no model says how long. */
const WINDOW_SECONDS = 3600;

/**
 * P(both fail within the horizon) of all pairs of hosts. By the trained model where there is one that beats its own
 * baseline; else by counted failures over what shared parts let expect; without any failure by shared parts alone.
 *
 * @param own each host's probability within the horizon
 * @param events what is known of the hosts' failures up to `time` (epoch seconds)
 */
export function correlateHosts(
  hosts: readonly Host[],
  own: Float64Array,
  events: readonly HostEvent[],
  time: number,
  model: PairModel | null = null,
): HostCorrelation {
  const log = selectEvents(
    hostEventLog(
      placesOf(hosts),
      events.filter(({ at }) => at <= time),
    ),
    true,
  );
  const { name, soon } = conditionals(hosts, log, time, model);
  return { model: name, joint: jointProbabilities(own, soon) };
}

function conditionals(hosts: readonly Host[], log: HostEventLog, time: number, model: PairModel | null) {
  const skilled = model?.skill != null && model.skill.value > model.skill.baseline.value;
  if (model && skilled && log.at.length > 0)
    return { name: `${model.model} ${model.version}`, soon: predictedMatrix(model, log, time) };
  const prior = sharedPartsMatrix(hosts);
  if (log.at.length === 0) return { name: "shared parts", soon: prior };
  return { name: "counted failures over shared parts", soon: countedMatrix(log, WINDOW_SECONDS, prior) };
}
