import type { PlacedVm } from "../../engine/planner/plan";
import type { Reservation } from "../../engine/planner/request";
import type { Cluster, Snapshot } from "../../engine/snapshot";
import type { PlacementInputs } from "./inputs";

/**
 * One process serves all placements of a program, each with its own check, and none of them is in the journal before
 * it is created: what earlier checks of this run gave out is remembered here.
 */
const given = new Map<string, Map<string, readonly Reservation[]>>();

/** A cluster among all that a journal may serve: ids are unique within one vCenter only. */
export function clusterKey(snapshot: Snapshot, cluster: Cluster): string {
  return `${snapshot.source.name}/${cluster.id}`;
}

export function promise(cluster: string, owner: string, reservations: readonly Reservation[]): void {
  const owners = given.get(cluster) ?? new Map<string, readonly Reservation[]>();
  given.set(cluster, owners.set(owner, reservations));
}

/** Room promised to other placements, of this program or of other stacks, for VMs that the inventory lacks. */
export function promisedByOthers(
  snapshot: Snapshot,
  cluster: string,
  owner: string,
  fromJournal: readonly Reservation[],
): Reservation[] {
  const here = given.get(cluster) ?? new Map<string, readonly Reservation[]>();
  const made = new Set(snapshot.virtualMachines.filter((vm) => vm.host !== null).map((vm) => vm.name));
  return [...fromJournal.filter((reservation) => !here.has(reservation.owner)), ...[...here.values()].flat()]
    .filter((reservation) => reservation.owner !== owner && !made.has(reservation.virtualMachine))
    .sort((a, b) => compare(a.owner, b.owner) || compare(a.virtualMachine, b.virtualMachine));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The room that a plan takes for VMs that are yet to be made. */
export function reservationsOf(
  placed: readonly Pick<PlacedVm, "vm" | "hostId">[],
  { owner, virtualMachines }: PlacementInputs,
): Reservation[] {
  const hosts = new Map(placed.map(({ vm, hostId }) => [vm, hostId]));
  return virtualMachines.flatMap(({ name, vcpus, memoryMb }) => {
    const host = hosts.get(name);
    return host === undefined ? [] : [{ owner, virtualMachine: name, host, vcpus, memoryMb }];
  });
}
