import type { NumaCluster, NumaMove } from "./cluster";
import type { Choice } from "./host-choices";
import type { Classes } from "./host-classes";
import { Room } from "./replay";

interface Arrival {
  readonly host: number;
  readonly nodes: readonly number[];
}

/**
 * Gives the VMs that hosts give away to the places that take their type, in an order in which each finds its room
 * free. `stuck` are hosts that wait for a place until the end: what they were to take needs what they were to give.
 */
export function orderMoves(
  cluster: NumaCluster,
  { types, typeOf }: Pick<Classes, "types" | "typeOf">,
  choices: ReadonlyMap<number, Choice>,
): { moves: NumaMove[]; stuck: number[] } {
  const departures: number[][] = types.map(() => []);
  const arrivals: Arrival[][] = types.map(() => []);
  const vmsOn = new Map<number, number[]>();
  cluster.vms.forEach(({ host, movable }, v) => {
    if (movable && choices.has(host)) vmsOn.set(host, [...(vmsOn.get(host) ?? []), v]);
  });
  for (const [host, choice] of choices) {
    const leave = (type: number, nodes: readonly number[], count: number) => {
      const there = (vmsOn.get(host) ?? []).filter(
        (v) => typeOf[v] === type && cluster.vms[v].nodes.join() === nodes.join() && !departures[type].includes(v),
      );
      departures[type].push(...there.slice(0, count));
    };
    const come = (type: number, nodes: readonly number[], count: number) => {
      for (let i = 0; i < count; i++) arrivals[type].push({ host, nodes });
    };
    for (const { type, amount, nodes } of choice.spread.parts) (amount < 0 ? leave : come)(type, nodes, 1);
    choice.spread.nodes.forEach((node, q) => {
      const c = choice.changes[q];
      for (let i = node.starts[c]; i < node.starts[c + 1]; i++) {
        const amount = node.amounts[i];
        (amount < 0 ? leave : come)(node.types[i], [q], Math.abs(amount));
      }
    });
  }
  return drain(cluster, departures, arrivals);
}

/** Moves what can move, first from hosts that wait for room, until nothing can. */
function drain(cluster: NumaCluster, departures: number[][], arrivals: Arrival[][]) {
  const room = new Room(cluster);
  const moves: NumaMove[] = [];
  for (;;) {
    const waiting = new Set<number>();
    const ready: { vm: number; type: number; arrival: Arrival }[] = [];
    arrivals.forEach((places, type) => {
      for (const arrival of places) {
        const able = departures[type].filter((vm) => room.fits(vm, arrival.host, arrival.nodes));
        if (able.length === 0) waiting.add(arrival.host);
        for (const vm of able) ready.push({ vm, type, arrival });
      }
    });
    const next = ready.find(({ vm }) => waiting.has(room.at[vm].host)) ?? ready[0];
    if (!next) return { moves, stuck: [...waiting] };
    const { vm, type, arrival } = next;
    moves.push({ vm, from: room.at[vm].host, to: arrival.host, nodes: arrival.nodes });
    room.move(vm, arrival.host, arrival.nodes);
    departures[type].splice(departures[type].indexOf(vm), 1);
    arrivals[type].splice(arrivals[type].indexOf(arrival), 1);
  }
}
