import type { AffinityScore } from "../../models/affinity-profile";
import type { Cluster, Host, Snapshot } from "../../snapshot";
import type { Amounts } from "./amounts";
import { chooseDatastore } from "./choose-datastore";
import type { PreparationRequest } from "./request";
import { clusterRoom, hostRoom, preparableHosts, type Room } from "./room";

export interface ChosenHost {
  readonly id: string;
  readonly name: string;
  /** Preference of the application or user for it, 0 to 1. */
  readonly score: number;
  /** Where its share of the placeholder disk lies; null where none is asked for. */
  readonly datastore: string | null;
}

/** What to hold ready, and where. */
export interface PreparationPlan {
  /** The preferred first; empty where nothing can be prepared. */
  readonly hosts: readonly ChosenHost[];
  /** For each of them. */
  readonly cpuMhz: number;
  readonly memoryMib: number;
  readonly datastoreGib: number;
  /** What was left out or made smaller, and why; empty where all is as asked for. */
  readonly shortfalls: readonly string[];
}

export interface PreparationWorld {
  readonly snapshot: Snapshot;
  readonly cluster: Cluster;
  /** By host id; a host without one has 0.5. */
  readonly scores: readonly AffinityScore[];
  /** Share of the host's CPU in use, by host id; a host without telemetry is left out. */
  readonly busy: ReadonlyMap<string, number>;
  /** Hosts whose last shadow request failed not long ago. */
  readonly failed: ReadonlySet<string>;
  /** Hosts that are prepared already. */
  readonly incumbents: ReadonlySet<string>;
  /** Id of the resource pool that is there already, and GiB of the placeholder disks by datastore: theirs counts as free. */
  readonly pool: string | null;
  readonly disks: ReadonlyMap<string, number>;
}

/** A prepared host is left for another only if that one is preferred by more than this. */
const MARGIN = 0.05;
/** Above this share of its CPU in use a host takes no request well. */
const BUSY = 0.8;

/**
 * The preferred hosts that can hold the amounts beside what is reserved already, without what HA keeps for restarts.
 * Where none can hold all, the preferred one that can hold most of it (at least the share asked for).
 */
export function planPreparation(
  request: PreparationRequest,
  amounts: Amounts,
  world: PreparationWorld,
): PreparationPlan {
  const { snapshot, cluster } = world;
  const { datastoreGib } = amounts;
  const ranked = rank(preparableHosts(snapshot, cluster), world);
  const left = clusterRoom(snapshot, cluster, world.pool);
  const shortfalls: string[] = [];
  const most = Math.floor(shareOf(amounts, left));
  const disks = new Map<string, number>();
  const chosen: ChosenHost[] = [];
  for (const host of ranked) {
    if (chosen.length >= Math.min(request.hosts, most)) break;
    if (shareOf(amounts, hostRoom(snapshot, host)) < 1) continue;
    const datastore =
      datastoreGib > 0 ? chooseDatastore(request, host, snapshot, datastoreGib, world.disks, disks) : null;
    if (datastoreGib > 0 && datastore === null) continue;
    if (datastore !== null) disks.set(datastore, (disks.get(datastore) ?? 0) + datastoreGib);
    chosen.push(chosenOf(host, world, datastore));
  }
  if (chosen.length > 0) {
    if (chosen.length < request.hosts) shortfalls.push(fewer(chosen.length, request.hosts, most));
    return { hosts: chosen, ...sizesOf(amounts), datastoreGib, shortfalls };
  }
  return smaller(request, amounts, world, ranked, left);
}

/** One host with as much of the amounts as it and the cluster can give. */
function smaller(
  request: PreparationRequest,
  amounts: Amounts,
  world: PreparationWorld,
  ranked: readonly Host[],
  left: Room,
): PreparationPlan {
  const { snapshot } = world;
  const nothing = { hosts: [], cpuMhz: 0, memoryMib: 0, datastoreGib: 0 };
  for (const host of ranked) {
    const share = Math.min(1, shareOf(amounts, left), shareOf(amounts, hostRoom(snapshot, host)));
    if (share < request.leastShare) continue;
    const gib = Math.floor(amounts.datastoreGib * share);
    const datastore = gib > 0 ? chooseDatastore(request, host, snapshot, gib, world.disks, new Map()) : null;
    if (gib > 0 && datastore === null) continue;
    const shortfall = `no host has room for all of it: ${host.name} for ${Math.floor(100 * share)} %`;
    return {
      hosts: [chosenOf(host, world, datastore)],
      cpuMhz: Math.floor(amounts.cpuMhz * share),
      memoryMib: Math.floor(amounts.memoryMib * share),
      datastoreGib: gib,
      shortfalls: [shortfall],
    };
  }
  const why = ranked.length === 0 ? "no host of the cluster is open" : "neither a host nor the cluster has room left";
  return { ...nothing, shortfalls: [`${why} beside what is reserved and what HA keeps for restarts`] };
}

function rank(hosts: readonly Host[], world: PreparationWorld): Host[] {
  const key = (host: Host) => {
    const busy = world.busy.get(host.id);
    return [
      world.failed.has(host.id) ? 1 : 0,
      busy !== undefined && busy > BUSY ? 1 : 0,
      -(scoreOf(host, world) + (world.incumbents.has(host.id) ? MARGIN : 0)),
      // Nobody knows how busy a host without telemetry is: after those that are known to have room.
      busy ?? 1,
    ];
  };
  const keys = new Map(hosts.map((host) => [host.id, key(host)]));
  return [...hosts].sort((a, b) => {
    const [x, y] = [keys.get(a.id)!, keys.get(b.id)!];
    const at = x.findIndex((value, i) => value !== y[i]);
    return at >= 0 ? x[at] - y[at] : a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  });
}

const scoreOf = (host: Host, { scores }: PreparationWorld): number =>
  scores.find((score) => score.host === host.id)?.score ?? 0.5;

const chosenOf = (host: Host, world: PreparationWorld, datastore: string | null): ChosenHost => ({
  id: host.id,
  name: host.name,
  score: Math.round(scoreOf(host, world) * 1000) / 1000,
  datastore,
});

const sizesOf = ({ cpuMhz, memoryMib }: Amounts) => ({ cpuMhz, memoryMib });

/** How many times the amounts fit into the room. */
const shareOf = (amounts: Room, room: Room): number =>
  Math.max(0, Math.min(quotient(room.cpuMhz, amounts.cpuMhz), quotient(room.memoryMib, amounts.memoryMib)));

const quotient = (room: number, amount: number): number => (amount === 0 ? Number.MAX_SAFE_INTEGER : room / amount);

const fewer = (chosen: number, asked: number, most: number): string =>
  most < asked && chosen === most
    ? `${chosen} of ${asked} hosts: the cluster can reserve no more beside what HA keeps for restarts`
    : `${chosen} of ${asked} hosts: no other has room for it`;
