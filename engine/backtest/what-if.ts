import type { Device } from "../compute/device";
import type { DemandForecaster } from "../models/demand";
import type { RunOptions } from "../models/progress";
import type { PlanConfig } from "../planner/request";
import {
  idlePolicy,
  plannedPolicy,
  type RecordedDemand,
  replay,
  type ReplayOutcome,
  type ReplayPolicy,
  thresholdPolicy,
} from "../replay";
import type { Cluster, Snapshot } from "../snapshot";
import type { TelemetrySource } from "../telemetry/source";
import { plannersForecaster } from "./seasonal-forecaster";

/** What a person watching a cluster would act on. */
const REACTIVE = { threshold: 0.85, selection: "minimumMigrationTime" } as const;

export interface WhatIfOptions extends RunOptions {
  /** Epoch seconds; VMs are where the snapshot has them at `from`. */
  readonly from: number;
  readonly until: number;
  readonly historyDays: number;
  readonly stepSeconds: number;
  /** Seconds between two decisions. */
  readonly everySeconds: number;
  readonly config: PlanConfig;
  readonly forecaster: DemandForecaster | null;
  readonly device: Device;
}

export type Arm = "asItWas" | "reactive" | "planned";

/** What would have become of the cluster under the demand that was recorded, by who had looked after it. */
export async function whatIf(
  snapshot: Snapshot,
  cluster: Cluster,
  telemetry: TelemetrySource,
  options: WhatIfOptions,
): Promise<Record<Arm, ReplayOutcome>> {
  const { stepSeconds: step, config, device, onProgress, signal } = options;
  const demand = await readDemand(snapshot, cluster, telemetry, options);
  const { migration, ...limits } = config;
  const replayed = {
    from: Math.round((options.from - demand.grid.start) / step),
    every: Math.max(1, Math.round(options.everySeconds / step)),
    ...{ config: limits, migration, signal },
  };
  const horizon = Math.min(Math.round((config.horizonHours * 3600) / step), demand.grid.length - replayed.from);
  const planned = plannedPolicy({
    ...{ name: "planned", device, horizon, config: { ...config } },
    forecaster: plannersForecaster(options.forecaster),
  });
  const arms: readonly (readonly [Arm, ReplayPolicy])[] = [
    ["asItWas", idlePolicy],
    ["reactive", thresholdPolicy(REACTIVE)],
    ["planned", planned],
  ];
  const outcomes: Partial<Record<Arm, ReplayOutcome>> = {};
  for (const [i, [arm, policy]] of arms.entries()) {
    onProgress?.({ what: `replay: ${policy.name}`, done: i, total: arms.length });
    outcomes[arm] = await replay({ snapshot, cluster: cluster.id }, demand, policy, replayed);
  }
  return outcomes as Record<Arm, ReplayOutcome>;
}

/** CPU demand of the cluster's running VMs as telemetry has it, from the history's begin to the replay's end. */
async function readDemand(
  snapshot: Snapshot,
  cluster: Cluster,
  telemetry: TelemetrySource,
  { from, until, historyDays, stepSeconds: step, signal }: WhatIfOptions,
): Promise<RecordedDemand> {
  const start = Math.floor((from - historyDays * 86_400) / step) * step;
  const grid = { start, step, length: Math.floor((until - start) / step) };
  const running = snapshot.virtualMachines.filter(
    (vm) => vm.cluster === cluster.id && vm.power === "poweredOn" && !vm.template,
  );
  const rows = new Map<string, Float64Array>(running.map(({ id }) => [id, new Float64Array(0)]));
  const query = { kind: "vm", vcenter: snapshot.source.name, metrics: ["vmCpuMhz"], grid } as const;
  for await (const { entity, values } of telemetry.series(query, signal)) {
    if (rows.has(entity)) rows.set(entity, values);
  }
  const known = [...rows].filter(([, values]) => values.length > 0);
  return { grid, ids: known.map(([id]) => id), cpuMhz: known.map(([, values]) => values) };
}
