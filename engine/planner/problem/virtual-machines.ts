import type { Cluster, Host, Snapshot, VirtualMachine } from "../../snapshot";
import type { PlanRequest, RequestedVm } from "../request";
import { CRITICALITY_WEIGHT, type Criticality, type ModelVm } from "./model";
import { type Names, vmsOfCluster } from "./names";

/** The VMs of one request: those in scope, then those that only take room; each part sorted by name, then id. */
export interface ScopedVms {
  readonly vms: ModelVm[];
  readonly movable: number;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether the VM takes CPU and memory of its host. */
const running = (vm: VirtualMachine): boolean => vm.power === "poweredOn" && !vm.template;

/** What an extension owns (vCLS and other agents) only takes room: its owner places it, and it follows its host. */
function inScope(vm: VirtualMachine, include: PlanRequest["include"]): boolean {
  if (vm.template || vm.managedBy !== undefined || include === "none") return false;
  if (vm.host === null) return true;
  return include === "all" && vm.power === "poweredOn";
}

function criticalityOf(vm: VirtualMachine): Criticality {
  const tagged = vm.tags.find((tag) => tag.category.toLowerCase() === "criticality")?.name.toLowerCase();
  return tagged !== undefined && tagged in CRITICALITY_WEIGHT ? (tagged as Criticality) : "normal";
}

export function scopedVms(
  request: PlanRequest,
  snapshot: Snapshot,
  cluster: Cluster,
  hosts: readonly Host[],
  names: Names,
  rowOf: ReadonlyMap<string, number>,
): ScopedVms {
  const hostIndex = new Map(hosts.map((host, index) => [host.id, index]));
  const at = (host: string | null | undefined): number => (host ? (hostIndex.get(host) ?? -1) : -1);
  const kept = (name: string): number => (Object.hasOwn(request.keep, name) ? at(request.keep[name]) : -1);

  const model = (inventory: VirtualMachine | null, requested: RequestedVm | null, movable: boolean): ModelVm => ({
    name: requested?.name ?? inventory!.name,
    id: inventory?.id ?? null,
    requested,
    inventory,
    current: at(inventory?.host),
    kept: movable ? kept(requested?.name ?? inventory!.name) : -1,
    vcpus: requested?.vcpus ?? inventory!.vcpus,
    memoryMb: requested?.memoryMb ?? inventory!.memoryMb,
    cpuReservationMhz: Math.max(requested?.cpuReservationMhz ?? 0, inventory?.cpuReservationMhz ?? 0),
    memoryReservationMb: Math.max(requested?.memoryReservationMb ?? 0, inventory?.memoryReservationMb ?? 0),
    criticality: requested?.criticality ?? criticalityOf(inventory!),
    row: rowOf.get(inventory?.id ?? requested!.name) ?? -1,
  });

  const movable: ModelVm[] = [];
  const fixed: ModelVm[] = [];
  const requestedByName = new Map(request.virtualMachines.map((vm) => [vm.name, vm]));
  for (const vm of vmsOfCluster(snapshot, cluster)) {
    const requested = requestedByName.get(vm.name);
    if (requested || inScope(vm, request.include)) movable.push(model(vm, requested ?? null, true));
    else if (running(vm) && vm.host !== null) fixed.push(model(vm, null, false));
  }
  for (const requested of request.virtualMachines) {
    if (!names.vm.has(requested.name)) movable.push(model(null, requested, true));
  }
  for (const promise of request.reservations) {
    // Once the VM is in the inventory, its own record is what takes the room.
    if (movable.some((vm) => vm.name === promise.virtualMachine && vm.inventory) || at(promise.host) < 0) continue;
    if (names.vm.get(promise.virtualMachine)?.some((vm) => vm.host !== null)) continue;
    fixed.push({
      name: promise.virtualMachine,
      id: null,
      requested: null,
      inventory: null,
      current: at(promise.host),
      kept: -1,
      vcpus: promise.vcpus,
      memoryMb: promise.memoryMb,
      cpuReservationMhz: 0,
      memoryReservationMb: 0,
      criticality: "normal",
      row: -1,
    });
  }
  const order = (a: ModelVm, b: ModelVm) => compare(a.name, b.name) || compare(a.id ?? "", b.id ?? "");
  movable.sort(order);
  fixed.sort(order);
  return { vms: [...movable, ...fixed], movable: movable.length };
}
