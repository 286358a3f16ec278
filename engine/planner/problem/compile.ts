import type { Assessment } from "../../models/assessment";
import type { Cluster, Host, Snapshot } from "../../snapshot";
import type { PlanRequest } from "../request";
import { LackingFacts } from "./lacking";
import { type HostRisk, type Model, type ModelVm, type Resource, UNBOUNDED } from "./model";
import { checkNames, namesOf } from "./names";
import { effectiveDemand, MAX_SLOTS, mergeSlots, unitsPerHost } from "./quantise";
import { scopedVms } from "./virtual-machines";

/** Share of its vCPUs' speed that a promised VM, of which nothing else is known, is taken to use. */
const PROMISED_CPU_SHARE = 0.5;

/**
 * The request, the world and the forecasts as typed arrays.
 * @throws AffinityError REQUEST_INVALID listing every unknown name at once.
 */
export function compileModel(
  request: PlanRequest,
  snapshot: Snapshot,
  cluster: Cluster,
  assessment: Assessment,
): Model {
  const names = namesOf(snapshot, cluster);
  checkNames(request, snapshot, cluster, names);
  const hosts = snapshot.hosts
    .filter((host) => host.cluster === cluster.id)
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const lacking = new LackingFacts(assessment.lacking);
  const rowOf = new Map(assessment.virtualMachines.ids.map((id, row) => [id, row]));
  const { vms, movable } = scopedVms(request, snapshot, cluster, hosts, names, rowOf);

  const capacities = [hosts.map((host) => host.cpuMhz), hosts.map((host) => host.memoryMb)];
  const speeds = hosts.flatMap((host) =>
    host.cpuMhz !== null && host.cores !== null ? [host.cpuMhz / host.cores] : [],
  );
  const meanSpeed = speeds.length ? speeds.reduce((a, b) => a + b, 0) / speeds.length : NaN;
  const promised = (vm: ModelVm, resource: number): number =>
    (resource === 0 ? (vm.vcpus ?? NaN) * meanSpeed * PROMISED_CPU_SHARE : vm.memoryMb) ?? NaN;

  const rows = assessment.virtualMachines.ids.length;
  const factor = Math.max(1, Math.ceil(assessment.horizon.length / MAX_SLOTS));
  const slots = Math.ceil(assessment.horizon.length / factor);
  const forecasts = [assessment.virtualMachines.cpuMhz, assessment.virtualMachines.memoryMb].map((forecast) =>
    mergeSlots(
      effectiveDemand(forecast, rows, assessment.horizon.length, hosts.length),
      rows,
      assessment.horizon.length,
      factor,
    ),
  );
  const references = capacities.map((list) => {
    const known = list.filter((value) => value !== null);
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : NaN;
  });

  /** Demand of one VM as a share of a host of mean size; a slot that is not known takes the VM's mean. */
  const resources = references.length;
  const shares = new Float64Array(vms.length * resources * slots);
  const promise = new Float64Array(slots);
  vms.forEach((vm, v) => {
    for (let r = 0; r < resources; r++) {
      const name = r === 0 ? "CPU" : "memory";
      const values = vm.row < 0 ? promise.fill(promised(vm, r)) : forecasts[r];
      const from = vm.row < 0 ? 0 : vm.row * slots;
      let known = 0;
      let sum = 0;
      for (let i = from; i < from + slots; i++) {
        if (Number.isNaN(values[i])) continue;
        known++;
        sum += values[i];
      }
      if (known === 0 || Number.isNaN(references[r])) {
        lacking.add(`${name} demand`, vm.name, `left out of the ${name} forecast of its host`);
        continue;
      }
      const mean = sum / known;
      const at = (v * resources + r) * slots;
      for (let s = 0; s < slots; s++) {
        const value = values[from + s];
        shares[at + s] = (Number.isNaN(value) ? mean : value) / references[r];
      }
    }
  });

  const k = unitsPerHost(...largest(vms, shares, resources, slots, hosts.length));
  const demand = new Float32Array(shares.length);
  for (let i = 0; i < shares.length; i++) demand[i] = Math.round(shares[i] * k);

  const safety = [request.config.cpuSafety, request.config.memorySafety];
  const capacity = new Float32Array(hosts.length * resources);
  const safe = new Float32Array(hosts.length * resources);
  hosts.forEach((host, h) => {
    for (let r = 0; r < resources; r++) {
      const value = capacities[r][h];
      if (value === null) lacking.add(`host ${r === 0 ? "CPU" : "memory"} capacity`, host.name, "taken as never short");
      const units = value === null ? UNBOUNDED : Math.floor((value / references[r]) * k);
      capacity[h * resources + r] = units;
      safe[h * resources + r] = value === null ? UNBOUNDED : Math.floor(units * (1 - safety[r]));
    }
  });
  const describe = (name: Resource["name"], r: number, symbol: Resource["symbol"]): Resource => ({
    name,
    unit: references[r] / k,
    symbol,
  });
  return {
    request,
    snapshot,
    cluster,
    assessment,
    hosts,
    risks: risksOf(hosts, assessment),
    vms,
    movable,
    resources: [describe("cpu", 0, "MHz"), describe("memory", 1, "MB")],
    slots,
    slotsMerged: factor,
    unitsPerHost: k,
    demand,
    capacity,
    safe,
    lacking,
  };
}

/** The largest VM (summed over resources and slots) and the largest load of a host in a slot, as shares of a host. */
function largest(
  vms: readonly ModelVm[],
  shares: Float64Array,
  resources: number,
  slots: number,
  hosts: number,
): [number, number] {
  const width = resources * slots;
  const load = new Float64Array(hosts * width);
  let vm = 0;
  vms.forEach((item, v) => {
    let sum = 0;
    for (let i = 0; i < width; i++) {
      sum += shares[v * width + i];
      if (item.current >= 0) load[item.current * width + i] += shares[v * width + i];
    }
    vm = Math.max(vm, sum);
  });
  return [vm, load.reduce((a, b) => Math.max(a, b), 0)];
}

function risksOf(hosts: readonly Host[], { hosts: { ids, failureProbability, evidence } }: Assessment): HostRisk[] {
  const rowOf = new Map(ids.map((id, row) => [id, row]));
  return hosts.map((host) => {
    const row = rowOf.get(host.id);
    const probability = row === undefined ? NaN : failureProbability[row];
    return {
      probability: Number.isNaN(probability) ? null : probability,
      evidence: (row === undefined ? "" : evidence[row]) ?? "",
    };
  });
}
