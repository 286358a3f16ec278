import type { PlanRequest } from "../planner/request";
import type { Cluster, Snapshot } from "../snapshot/schema";
import type { TelemetrySource } from "../telemetry/source";
import { HOST_MODEL, type HostForecast } from "./failure/host";
import { assessFailures, FAILURE_METRICS, SIGNALS_MODEL } from "./failure/model";
import { soundForecast, trainedForecast } from "./failure/trained";
import { Failures } from "./guarded";
import { HOUR, historyGrid, type HourlyHistory, readHistory } from "./history";
import type { RunOptions } from "./progress";
import type { TrainedModels } from "./training/load";
import { knownEvents } from "./training/training-data";

/**
 * Failure of hosts as it will be seen from future instants, if nothing new happens until then: the horizon stays as
 * long, and begins later.
 */
export interface HostOutlook {
  /** Ids of the hosts. */
  readonly hosts: readonly string[];
  readonly stepHours: number;
  /** [step][host] probability that the host fails within the horizon that begins `step * stepHours` from now. */
  readonly probability: readonly Float64Array[];
  /** [host][host] probability that both fail within the horizon from now; null where nobody knows. */
  readonly joint: Float64Array | null;
}

/** Instants at which the risk is judged: enough to see it fall, few enough to stay below a second for 96 hosts. */
const STEPS = 48;
const DAY = 24;

export interface OutlookOptions extends RunOptions {
  readonly models?: TrainedModels | null;
}

/**
 * The failure probability of a cluster's hosts over the horizon, now and at later instants up to `hours` from now, if
 * nothing new happens meanwhile: time since a restart goes by, every other signal stays as it was on its last day.
 * Without telemetry all hosts have the base rate throughout.
 */
export async function hostOutlook(
  request: PlanRequest,
  snapshot: Snapshot,
  cluster: Cluster,
  telemetry: TelemetrySource | null,
  hours: number,
  options: OutlookOptions = {},
): Promise<{ outlook: HostOutlook; evidence: readonly string[] }> {
  const { config } = request;
  const hosts = snapshot.hosts.filter((host) => host.cluster === cluster.id);
  const history = telemetry
    ? await readHistory(
        telemetry,
        {
          kind: "host",
          vcenter: snapshot.source.name,
          metrics: FAILURE_METRICS,
          grid: historyGrid(request.asOf, config.historyDays, config.stepMinutes),
          entities: hosts.map(({ id }) => id),
          all: snapshot.clusters.length === 1,
        },
        options,
      )
    : null;
  const stepHours = Math.max(1, Math.ceil(hours / STEPS));
  const steps = Math.ceil(hours / stepHours) + 1;
  const { models } = options;
  const events = knownEvents(history, models?.events ?? [], request.asOf);
  // Asked for the instant itself first: a model that fails then is not asked again.
  const failures = new Failures();
  const trainedAt = (hoursFromNow: number): HostForecast | null =>
    models?.hosts && failures.models.length === 0
      ? failures.guard(HOST_MODEL, SIGNALS_MODEL, soundForecast, () =>
          trainedForecast(
            models.hosts!,
            snapshot,
            hosts,
            events,
            request.asOf + hoursFromNow * HOUR,
            config.horizonHours,
          ),
        )
      : null;
  const now = assessFailures(hosts, history, config.horizonHours, trainedAt(0));
  const probability = [now.probability];
  for (let step = 1; step < steps; step++) {
    const later = history && continued(history, step * stepHours);
    const trained = trainedAt(step * stepHours);
    probability.push(assessFailures(hosts, later, config.horizonHours, trained).probability);
  }
  return {
    outlook: { hosts: hosts.map(({ id }) => id), stepHours, probability, joint: null },
    evidence: now.evidence,
  };
}

/** The history with `hours` more in which nothing happens: uptime grows, everything else repeats its last day. */
function continued(history: HourlyHistory, hours: number): HourlyHistory {
  const { hours: before } = history;
  const all = before + hours;
  const metrics = Object.fromEntries(
    Object.entries(history.metrics).map(([metric, values]) => {
      const rows = new Float64Array(history.entities.length * all);
      for (let entity = 0; entity < history.entities.length; entity++) {
        const row = values.subarray(entity * before, (entity + 1) * before);
        rows.set(row, entity * all);
        for (let h = before; h < all; h++) {
          const last = before - DAY + ((h - before) % DAY);
          const value =
            metric === "hostUptimeSeconds" ? row[before - 1] + (h - before + 1) * 3600 : row[Math.max(0, last)];
          rows[entity * all + h] = value;
        }
      }
      return [metric, rows];
    }),
  ) as HourlyHistory["metrics"];
  return { ...history, hours: all, metrics };
}
