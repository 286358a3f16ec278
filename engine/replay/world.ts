import type { Assessment } from "../models/assessment";
import { compileConstraints } from "../planner/constraints";
import { checksGuard } from "../planner/migration/checks-guard";
import type { Guard } from "../planner/migration/guard";
import { type Operation, operationOf } from "../planner/migration/operation";
import { compileModel } from "../planner/problem/compile";
import type { Model } from "../planner/problem/model";
import { type PlanConfig, planRequestSchema } from "../planner/request";
import { findCluster, type Snapshot } from "../snapshot";
import type { RecordedDemand } from "./demand";

/** A cluster as the planner sees it, with what keeps its hard constraints while VMs move. VMs are rows of the model. */
export interface ReplayWorld {
  readonly model: Model;
  readonly guard: Guard;
  readonly rowOf: ReadonlyMap<string, number>;
  readonly hostOf: ReadonlyMap<string, number>;
  /** [VM of the model] its row of the recorded demand; -1: none. */
  readonly demandOf: Int32Array;
  operation(vm: number): Operation;
}

/** @throws AffinityError CLUSTER_NOT_FOUND */
export function replayWorld(
  snapshot: Snapshot,
  clusterId: string,
  demand: RecordedDemand,
  config: Partial<PlanConfig>,
): ReplayWorld {
  const cluster = findCluster(snapshot, clusterId);
  const request = planRequestSchema.parse({ cluster: cluster.id, asOf: demand.grid.start, include: "all", config });
  const model = compileModel(request, snapshot, cluster, nothingKnown(snapshot, cluster.id, demand));
  const operations = model.vms.map((_, v) => operationOf(model, v, null));
  const row = new Map(demand.ids.map((id, index) => [id, index]));
  return {
    model,
    guard: checksGuard(
      model,
      compileConstraints(model),
      Int32Array.from(model.vms, (vm) => vm.current),
    ),
    rowOf: new Map(model.vms.flatMap(({ id }, v) => (id === null ? [] : [[id, v]]))),
    hostOf: new Map(model.hosts.map(({ id }, h) => [id, h])),
    demandOf: Int32Array.from(model.vms, ({ id }) => row.get(id ?? "") ?? -1),
    operation: (vm) => operations[vm],
  };
}

/** Constraints look at configured sizes and rules: no forecast is needed for them. */
function nothingKnown(snapshot: Snapshot, cluster: string, demand: RecordedDemand): Assessment {
  const hosts = snapshot.hosts.filter((host) => host.cluster === cluster);
  const none = { mean: new Float64Array(0), variance: new Float64Array(0) };
  return {
    horizon: { start: demand.grid.start, step: demand.grid.step, length: 1 },
    virtualMachines: { ids: [], cpuMhz: none, memoryMb: none, basis: [], coverage: new Float64Array(0) },
    hosts: {
      ids: hosts.map(({ id }) => id),
      failureProbability: new Float64Array(hosts.length).fill(Number.NaN),
      evidence: hosts.map(() => ""),
    },
    lacking: [],
  };
}
