import { AffinityError } from "../errors";
import type { PlanRequest } from "../planner/request";
import type { Cluster, Host, Snapshot } from "../snapshot/schema";
import type { Grid, TelemetrySource } from "../telemetry/source";
import type { Assessment, Lacking } from "./assessment";
import { DEMAND_METRICS, type DemandAssessment, type DemandOptions, forecastDemand } from "./demand/forecast";
import { correlateHosts } from "./failure/correlation/correlate";
import { PAIR_MODEL, type PairModel } from "./failure/correlation";
import { HOST_MODEL } from "./failure/host";
import { seasonalBaseline } from "./demand/seasonal";
import { FAILURE_METRICS, SIGNAL_METRICS, SIGNALS_MODEL, assessFailures } from "./failure/model";
import { SIGNAL_MINUTES } from "./failure/signals";
import { soundForecast, trainedForecast } from "./failure/trained";
import { checkFreshness } from "./freshness";
import { hostServicesOf } from "./host-service";
import { type NewestSamples, readNewest } from "./newest";
import { HOUR, type HourlyHistory, historyGrid, readHistory } from "./history";
import type { RunOptions } from "./progress";
import { trafficOf } from "./propagation/graph";
import { areProbabilities, Failures } from "./guarded";
import { type Subject, subjectsOf } from "./subjects";
import { interferenceOf } from "./training/interference";
import type { TrainedModels } from "./training/load";
import { knownEvents } from "./training/training-data";

/** The forecasters of demand, for those who watch the models. */
const DEMAND = "demand/quantile";

/** Trained models take the place of baselines where they are better; without them plans are what they were. */
export interface AssessOptions extends DemandOptions {
  readonly models?: TrainedModels | null;
}

/**
 * What telemetry says of a cluster from `request.asOf` on: demand of every VM hour by hour, and the probability that
 * each host fails. History is [asOf - historyDays, asOf], on the grid of `stepMinutes`, cut to whole slots; the horizon
 * is whole hours from the one that `asOf` lies in.
 *
 * Without telemetry (`null`), or where it lacks a VM, forecasts rest on a like VM or on configured sizes, and `lacking`
 * says so. A mean of NaN is a need that nobody knows (no history and no configured size).
 *
 * @throws AffinityError TELEMETRY_EMPTY, TELEMETRY_STALE or TELEMETRY_MISSING where `missingTelemetry` is "refuse"
 */
export async function assess(
  request: PlanRequest,
  snapshot: Snapshot,
  cluster: Cluster,
  telemetry: TelemetrySource | null,
  options: AssessOptions = {},
): Promise<Assessment> {
  const { config } = request;
  const models = options.models ?? null;
  const subjects = subjectsOf(request, snapshot, cluster);
  const hosts = snapshot.hosts.filter((host) => host.cluster === cluster.id);
  const horizon: Grid = { start: Math.floor(request.asOf / HOUR) * HOUR, step: HOUR, length: config.horizonHours };
  const window = historyGrid(request.asOf, config.historyDays, config.stepMinutes);
  const read = telemetry ? await readAll(request, snapshot, subjects, cluster, window, telemetry, options) : null;
  if (!telemetry && config.missingTelemetry === "refuse") throw noSource();

  const forecasters = models?.forecasters ?? options.forecasters;
  const failures = new Failures();
  const forecast = (with_: DemandOptions["forecasters"]) =>
    forecastDemand(subjects, read?.vms ?? null, horizon.start / HOUR, horizon.length, {
      ...options,
      forecasters: with_,
      ...(read?.samples && {
        newest: { cpuMhz: read.samples.cpuMhz, elapsed: (request.asOf - horizon.start) / HOUR },
      }),
    });
  const demand =
    (forecasters &&
      failures.guard(
        DEMAND,
        seasonalBaseline.name,
        () => true,
        () => forecast(forecasters),
      )) ??
    forecast(undefined);
  if (config.missingTelemetry === "refuse") refuseWithoutHistory(subjects, demand);
  const events = knownEvents(read?.hosts ?? null, models?.events ?? [], request.asOf);
  const trained =
    models?.hosts &&
    failures.guard(HOST_MODEL, SIGNALS_MODEL, soundForecast, () =>
      trainedForecast(models.hosts!, snapshot, hosts, events, request.asOf, config.horizonHours),
    );
  const risks = assessFailures(hosts, read?.hosts ?? null, config.horizonHours, trained, read?.samples?.hosts);
  const correlate = (pairs: PairModel | null) => correlateHosts(hosts, risks.probability, events, request.asOf, pairs);
  const correlation =
    (models?.pairs &&
      failures.guard(
        PAIR_MODEL,
        "counted failures",
        ({ joint }) => areProbabilities(joint),
        () => correlate(models.pairs),
      )) ??
    correlate(null);
  const relations = models && relationsOf(models, subjects, demand, hosts, failures);
  const services = hostServicesOf(models, request, subjects, hosts);
  return {
    horizon,
    window,
    newestSample: read?.newest ?? null,
    virtualMachines: {
      ids: subjects.map(({ id }) => id),
      cpuMhz: demand.cpuMhz,
      memoryMb: demand.memoryMb,
      basis: demand.basis,
      ...(forecasters && { models: demand.models }),
      coverage: demand.coverage,
    },
    hosts: {
      ids: hosts.map((host) => host.id),
      failureProbability: risks.probability,
      evidence: risks.evidence,
      model: trained ? HOST_MODEL : SIGNALS_MODEL,
    },
    correlation,
    ...relations,
    ...services.known,
    lacking: [
      ...unknownLikes(subjects),
      ...(read?.lacking ?? []),
      ...demand.lacking,
      ...risks.lacking,
      ...(models?.lacking ?? []),
      ...services.lacking,
      ...failures.lacking,
    ],
    ...(failures.models.length > 0 && { failed: failures.models }),
    ...(models && { trained: [...models.inputs, ...services.inputs] }),
  };
}

function relationsOf(
  { interference, communication }: TrainedModels,
  subjects: readonly Subject[],
  demand: DemandAssessment,
  hosts: readonly Host[],
  failures: Failures,
): Pick<Assessment, "interference" | "traffic"> {
  const capacities = hosts.map(({ cpuMhz }) => cpuMhz);
  return {
    interference:
      interference &&
      failures.guard(
        "interference",
        "no interference known",
        () => true,
        () => interferenceOf(interference, subjects, demand.cpuMhz, capacities),
      ),
    traffic:
      communication &&
      trafficOf(
        communication.graph,
        subjects.map(({ id }) => id),
      ),
  };
}

interface ReadTelemetry {
  readonly newest: number | null;
  readonly vms: HourlyHistory;
  readonly hosts: HourlyHistory;
  /** Null where the plan doesn't look at them. */
  readonly samples: NewestSamples | null;
  readonly lacking: readonly Lacking[];
}

async function readAll(
  request: PlanRequest,
  snapshot: Snapshot,
  subjects: readonly Subject[],
  cluster: Cluster,
  grid: Grid,
  telemetry: TelemetrySource,
  options: RunOptions,
): Promise<ReadTelemetry> {
  const vcenter = snapshot.source.name;
  const { newest, lacking } = await checkFreshness(request, snapshot, subjects, telemetry, grid.start, options.signal);
  const vmIds = new Set(subjects.filter(({ off }) => !off).flatMap(({ existing }) => existing?.id ?? []));
  for (const { like } of subjects) if (like) vmIds.add(like.id);
  const hostIds = snapshot.hosts.filter((host) => host.cluster === cluster.id).map((host) => host.id);
  const oneCluster = snapshot.clusters.length === 1;
  const vms = await readHistory(
    telemetry,
    // A list of most of the VMs costs the store more than the few rows that it would leave out.
    { kind: "vm", vcenter, metrics: DEMAND_METRICS, grid, entities: [...vmIds], all: oneCluster },
    options,
  );
  const hosts = await readHistory(
    telemetry,
    { kind: "host", vcenter, metrics: FAILURE_METRICS, grid, entities: hostIds, all: oneCluster },
    options,
  );
  const { newestMinutes } = request.config;
  const samples =
    newestMinutes === 0
      ? null
      : await readNewest(
          telemetry,
          {
            ...{ vcenter, asOf: request.asOf, all: oneCluster },
            ...{ vms: [...vmIds], vmMinutes: newestMinutes },
            ...{ hosts: hostIds, hostMetrics: SIGNAL_METRICS, hostMinutes: SIGNAL_MINUTES },
          },
          options.signal,
        );
  return { newest, vms, hosts, samples, lacking };
}

function unknownLikes(subjects: readonly Subject[]): Lacking[] {
  const without = subjects.filter(({ requested, like }) => requested?.like !== undefined && like === null);
  if (without.length === 0) return [];
  const wanted = [...new Set(without.map(({ requested }) => `"${requested?.like}"`))].sort().join(", ");
  return [
    {
      what: `a virtual machine named ${wanted} to be like`,
      subjects: without.map(({ name }) => name),
      fallback: "own history or configured size",
    },
  ];
}

function noSource(): AffinityError {
  return new AffinityError({
    code: "TELEMETRY_EMPTY",
    message: "no telemetry is configured, and missingTelemetry is refuse",
    hint: "configure telemetry (duckdb or influx), or set missingTelemetry to configured-size",
  });
}

/** A VM to be has no history of its own, and may be planned; one that runs without a sample may not. */
function refuseWithoutHistory(subjects: readonly Subject[], demand: DemandAssessment): void {
  const without = subjects.filter(
    ({ existing, off, like }, i) => existing?.power === "poweredOn" && !off && !like && demand.coverage[i] === 0,
  );
  if (without.length === 0) return;
  throw new AffinityError({
    code: "TELEMETRY_MISSING",
    message: `${without.length} running virtual machine${without.length === 1 ? " has" : "s have"} no telemetry`,
    hint: "check Telegraf's vm_include, or set missingTelemetry to configured-size",
    problems: without.map(({ id, name }) => ({ path: name, message: `no CPU sample of ${id} in the window` })),
  });
}
