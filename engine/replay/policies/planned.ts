import type { Device } from "../../compute/device";
import type { Assessment, DemandForecast } from "../../models/assessment";
import { compileConstraints } from "../../planner/constraints";
import { compileModel } from "../../planner/problem/compile";
import { type PlanConfig, planConfigSchema, planRequestSchema } from "../../planner/request";
import { solve } from "../../planner/solver";
import { findCluster } from "../../snapshot";
import type { DemandForecaster } from "../forecasts/forecaster";
import type { ReplayMove, ReplayPolicy, ReplayView } from "../policy";

export interface PlannedOptions {
  readonly name: string;
  readonly device: Device;
  readonly forecaster: DemandForecaster;
  /** Slots ahead that are planned for. */
  readonly horizon: number;
  /** The planner's configuration where it isn't the default; gainThreshold is that of a day, whatever the horizon. */
  readonly config?: Partial<PlanConfig>;
}

const DAY = 86_400;

/**
 * The package's planner, fed with the demand that a forecaster expects: the same model, constraints, objectives and
 * search as a plan, without its explanations. What is on its way counts where it goes, and stays there.
 */
export function plannedPolicy(options: PlannedOptions): ReplayPolicy {
  return { name: options.name, decide: (view) => decide(view, options) };
}

async function decide(view: ReplayView, options: PlannedOptions): Promise<ReplayMove[]> {
  const going = new Map(view.flights.map(({ vm, to }) => [vm, to]));
  const snapshot = {
    ...view.snapshot,
    virtualMachines: view.snapshot.virtualMachines.map((vm) =>
      // An owner of its own: it takes room and isn't the planner's to move.
      going.has(vm.id) ? { ...vm, host: going.get(vm.id)!, managedBy: "vMotion" } : vm,
    ),
  };
  const cluster = findCluster(snapshot, view.cluster);
  const request = planRequestSchema.parse({
    cluster: cluster.id,
    asOf: view.now,
    include: "all",
    config: { ...options.config, gainThreshold: priceOf(options, view.history.grid.step) },
  });
  const assessment = assessmentOf(view, options);
  const model = compileModel(request, snapshot, cluster, assessment);
  const { search } = await solve(model, compileConstraints(model), { device: options.device });
  const { units } = search.problem;
  return model.vms
    .slice(0, model.movable)
    .flatMap((vm, v) => {
      const to = search.state.hostOf[units.unitOf[v]];
      if (vm.id === null || to < 0 || to === vm.current) return [];
      return [{ vm: vm.id, to: model.hosts[to].id, gain: search.costDelta(units.unitOf[v], vm.current) }];
    })
    .sort((a, b) => b.gain - a.gain)
    .map(({ vm, to }) => ({ vm, to }));
}

/**
 * Contention's costs are shares of the horizon: the price of a move, a share of a day, has to be told in the same. So a
 * move must save as many host-minutes of unmet demand as it must in any plan, and within the horizon.
 */
function priceOf({ config, horizon }: PlannedOptions, step: number): number {
  return (planConfigSchema.parse(config ?? {}).gainThreshold * DAY) / (horizon * step);
}

function assessmentOf(view: ReplayView, { forecaster, horizon }: PlannedOptions): Assessment {
  const { history, snapshot } = view;
  const { step } = history.grid;
  const cpuMhz = forecaster.forecast(history, horizon);
  const memory = new Map(snapshot.virtualMachines.map(({ id, memoryMb }) => [id, memoryMb]));
  return {
    horizon: { start: view.now, step, length: horizon },
    virtualMachines: {
      ids: history.ids,
      cpuMhz,
      memoryMb: configured(history.ids, horizon, (id) => memory.get(id) ?? Number.NaN),
      basis: history.ids.map(() => "history"),
      coverage: Float64Array.from(history.cpuMhz, coverageOf),
    },
    hosts: unjudged(view),
    lacking: [],
  };
}

/** Memory isn't recorded: configured sizes, which the overcommit limit looks at as well. */
function configured(ids: readonly string[], slots: number, mbOf: (id: string) => number): DemandForecast {
  const mean = new Float64Array(ids.length * slots);
  ids.forEach((id, row) => mean.fill(mbOf(id), row * slots, (row + 1) * slots));
  return { mean, variance: new Float64Array(mean.length) };
}

function unjudged({ snapshot, cluster }: ReplayView): Assessment["hosts"] {
  const hosts = snapshot.hosts.filter((host) => host.cluster === cluster);
  return {
    ids: hosts.map(({ id }) => id),
    failureProbability: new Float64Array(hosts.length).fill(Number.NaN),
    evidence: hosts.map(() => ""),
  };
}

const coverageOf = (values: Float64Array): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + Number(!Number.isNaN(value)), 0) / values.length;
