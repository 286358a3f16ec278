import type { NumaCluster, NumaMove } from "./cluster";
import { Room } from "./replay";

/** Where a VM of some shape could go, and the cores in fragments that are fewer there once it has come. */
interface Place {
  readonly host: number;
  readonly nodes: readonly number[];
  readonly gain: number;
}

/**
 * Moves taken one by one, no VM twice, each that which leaves the fewest fragments of those that fit, until none gains: not the best
 * plan, but one that is there at once, in an order in which each has room.
 */
export function greedyMoves(cluster: NumaCluster, piece: number, maxMoves: number, stop: () => boolean): NumaMove[] {
  const room = new Room(cluster);
  const moves: NumaMove[] = [];
  const shapes = shapesOf(cluster, piece);
  const moved = new Set<number>();
  while (moves.length < maxMoves && !stop()) {
    let best: NumaMove | null = null;
    let most = 0;
    for (const vms of shapes) {
      const places = placesOf(cluster, room, vms[0], piece);
      if (places.length === 0) continue;
      for (const vm of vms) {
        if (moved.has(vm)) continue;
        const leaves = leavingGain(cluster, room, vm, piece);
        if (leaves + places[0].gain <= most) continue;
        const { host, nodes } = room.at[vm];
        const isElsewhere = (place: Place) => place.host !== host || place.nodes.every((q) => !nodes.includes(q));
        const place = places.find((item) => isElsewhere(item) && room.fits(vm, item.host, item.nodes));
        if (!place || leaves + place.gain <= most) continue;
        most = leaves + place.gain;
        best = { vm, from: host, to: place.host, nodes: place.nodes };
      }
    }
    if (!best) break;
    room.move(best.vm, best.to, best.nodes);
    moves.push(best);
    moved.add(best.vm);
  }
  return moves;
}

/** The VMs that may go, those alike together; not those of whole pieces, which gain nothing anywhere. */
function shapesOf({ vms, hosts }: NumaCluster, piece: number): number[][] {
  const shapes = new Map<string, number[]>();
  vms.forEach(({ host, nodes, cpu, memoryMb, movable }, v) => {
    if (!movable || !hosts[host].open || cpu % piece === 0) return;
    const key = `${nodes.length}|${cpu}|${memoryMb}`;
    const known = shapes.get(key);
    if (known) known.push(v);
    else shapes.set(key, [v]);
  });
  return [...shapes.values()];
}

/** Places on every open host for a VM like `vm`: every node for one on one node, else the best nodes; the most gain first. */
function placesOf(cluster: NumaCluster, room: Room, vm: number, piece: number): Place[] {
  const { cpu, memoryMb, nodes } = cluster.vms[vm];
  const places: Place[] = [];
  cluster.hosts.forEach(({ open }, host) => {
    if (!open) return;
    const able = room.cpu[host]
      .map((free, q) => ({ q, gain: (free % piece) - ((free - cpu) % piece) }))
      .filter(({ q }) => room.cpu[host][q] >= cpu && room.memory[host][q] >= memoryMb)
      .sort((a, b) => b.gain - a.gain || a.q - b.q);
    const sets = nodes.length === 1 ? able.map((each) => [each]) : [able.slice(0, nodes.length)];
    for (const set of sets) {
      if (set.length < nodes.length) continue;
      const gain = set.reduce((sum, each) => sum + each.gain, 0);
      places.push({ host, nodes: set.map(({ q }) => q).sort((a, b) => a - b), gain });
    }
  });
  return places.sort((a, b) => b.gain - a.gain || a.host - b.host);
}

/** By how many cores the fragments where the VM is become fewer when it leaves. */
function leavingGain(cluster: NumaCluster, room: Room, vm: number, piece: number): number {
  const { cpu } = cluster.vms[vm];
  const { host, nodes } = room.at[vm];
  return nodes.reduce((sum, q) => sum + (room.cpu[host][q] % piece) - ((room.cpu[host][q] + cpu) % piece), 0);
}
