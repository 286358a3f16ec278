import type { PlacedVm } from "../../engine/planner/plan";
import type { Reservation } from "../../engine/planner/request";
import type { Cluster, Snapshot } from "../../engine/snapshot";
import type { PlacementInputs } from "./inputs";

/** What an earlier check of this run gave out. */
interface Promised {
  readonly room: readonly Reservation[];
  /** The room of others that it was planned around. */
  readonly known: readonly Reservation[];
}

/**
 * One process serves all placements of a program, each with its own check, and none of them is in the journal before
 * it is created: what earlier checks of this run gave out is remembered here, by cluster and owner.
 */
const given = new Map<string, Map<string, Promised>>();

/** A cluster among all that a journal may serve: ids are unique within one vCenter only. */
export function clusterKey(snapshot: Snapshot, cluster: Cluster): string {
  return `${snapshot.source.name}/${cluster.id}`;
}

/** Project and stack of an owner, which is project, stack and name of the resource. */
export function stackOf(owner: string): string {
  return owner.split("/").slice(0, 2).join("/");
}

export function promise(
  cluster: string,
  owner: string,
  room: readonly Reservation[],
  known: readonly Reservation[] = [],
): void {
  for (const owners of given.values()) owners.delete(owner);
  given.set(cluster, (given.get(cluster) ?? new Map<string, Promised>()).set(owner, { room, known }));
}

/** Whether a check of this run was of this owner. */
export function isPromised(owner: string): boolean {
  return [...given.values()].some((owners) => owners.has(owner));
}

/** What `owner` was last promised in this run; null if nothing. */
export function promisedTo(cluster: string, owner: string): Promised | null {
  return given.get(cluster)?.get(owner) ?? null;
}

/** Room promised to other placements, of this program or of other stacks: what this run gave out stands for them. */
export function othersRoom(cluster: string, owner: string, fromJournal: readonly Reservation[]): Reservation[] {
  const here = given.get(cluster) ?? new Map<string, Promised>();
  return [...fromJournal.filter((other) => !here.has(other.owner)), ...[...here.values()].flatMap(({ room }) => room)]
    .filter((reservation) => reservation.owner !== owner)
    .sort((a, b) => compare(a.owner, b.owner) || compare(a.virtualMachine, b.virtualMachine));
}

/** Those of the reservations whose VM the cluster doesn't have yet: the others count with the inventory. */
export function notMade(snapshot: Snapshot, cluster: string, reservations: readonly Reservation[]): Reservation[] {
  const { name: source } = snapshot.source;
  const here = snapshot.virtualMachines.filter((vm) => vm.host !== null && `${source}/${vm.cluster}` === cluster);
  const made = new Set(here.map((vm) => vm.name));
  return reservations.filter((reservation) => !made.has(reservation.virtualMachine));
}

/** Room promised to other placements, of this program or of other stacks, for VMs that the inventory lacks. */
export function promisedByOthers(
  snapshot: Snapshot,
  cluster: string,
  owner: string,
  fromJournal: readonly Reservation[],
): Reservation[] {
  return notMade(snapshot, cluster, othersRoom(cluster, owner, fromJournal));
}

/**
 * Whether a plan that was shown can stand beside what this run gave out so far. In the preview, of any two placements
 * the later one was planned around the earlier; the update may check them in another order.
 */
export function standsBeside(cluster: string, owner: string, shown: Promised): boolean {
  const others = [...(given.get(cluster) ?? [])].filter(([other]) => other !== owner);
  return others.every(([, other]) => holdsAll(shown.known, other.room) || holdsAll(other.known, shown.room));
}

const holdsAll = (list: readonly Reservation[], wanted: readonly Reservation[]) => {
  const keys = new Set(list.map(keyOf));
  return wanted.every((reservation) => keys.has(keyOf(reservation)));
};

/** The same VM of the same owner on the same host. */
export const keyOf = ({ owner, virtualMachine, host }: Reservation) => JSON.stringify([owner, virtualMachine, host]);

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
