import { listNames } from "../wording";
import type { Facts } from "./facts";
import { FlowNetwork } from "./max-flow";

/** Sizes at which large units are counted: those of most clusters have far fewer. */
const MOST_SIZES = 64;

/** Why no placement can be, in words that name VMs and hosts; null where this doesn't tell. */
export type Bound = (facts: Facts) => string | null;

/** A unit that no host may take, or has room for. */
export const homelessUnit: Bound = ({ problem, allowed }) => {
  const { units, hosts } = problem;
  for (let unit = 0; unit < units.count; unit++) {
    if (!allowed.subarray(unit * hosts, (unit + 1) * hosts).includes(1))
      return `no host that ${vmNames(problem, [unit])} may be on has room for it, were it there alone`;
  }
  return null;
};

/** What all VMs together take of the cluster, wherever they are. */
export const clusterTotal: Bound = ({ totals }) => {
  const over = totals.find(({ need, limit }) => need > limit);
  return over
    ? `all VMs together need ${number(over.need)} of ${number(over.limit)} that ${over.constraint.name} leaves`
    : null;
};

/**
 * Units that must be apart, by the cells that each may be in: a matching that leaves none over, or by Hall's theorem units
 * with too few cells among them.
 */
export const apartUnits: Bound = ({ problem, allowed, aparts }) => {
  const { hosts } = problem;
  for (const { constraint, units, cells, room } of aparts) {
    const choices = units.map((unit) => [...new Set(hostsOf(allowed, unit, hosts).map((host) => cells[host]))]);
    const short = tooFew(units, choices, () => 1, room);
    if (!short) continue;
    const places = Array.from({ length: hosts }, (_, h) => h).filter((h) => short.cells.includes(cells[h]));
    return `${vmNames(problem, short.units)} can only be on ${hostNames(problem, places)}, where ${constraint.name} has room for ${number(short.room)} of these ${short.units.length}`;
  }
  return null;
};

/** What units take of the hosts that they may be on: a flow that brings all of it under, or the hosts that are too few. */
export const hostRoom: Bound = ({ problem, allowed, resources }) => {
  const { units, hosts } = problem;
  const all = Array.from({ length: units.count }, (_, unit) => unit);
  const choices = all.map((unit) => hostsOf(allowed, unit, hosts));
  for (const { constraint, amounts, room } of resources) {
    const short = tooFew(all, choices, (unit) => amounts[unit], room);
    if (short)
      return `${vmNames(problem, short.units)} need ${number(short.need)} of ${hostNames(problem, short.cells)}, where ${constraint.name} leaves ${number(short.room)}`;
  }
  return null;
};

/**
 * Large units, of which a host takes only so many however much it has left: with all above a size counted as one, the bound of
 * Martello and Toth ("Lower bounds and reduction procedures for the bin packing problem", Discrete Applied Mathematics 28,
 * 1990) for hosts of unequal room, which not every unit may be on.
 */
export const largeUnits: Bound = ({ problem, allowed, resources }) => {
  const { units, hosts } = problem;
  for (const { constraint, amounts, room } of resources) {
    const sizes = [...new Set(amounts)].filter((size) => size > 0).sort((a, b) => b - a);
    for (const size of sizes.slice(0, MOST_SIZES)) {
      const large = Array.from({ length: units.count }, (_, unit) => unit).filter((unit) => amounts[unit] >= size);
      const takes = room.map((left) => Math.floor(left / size));
      const choices = large.map((unit) => hostsOf(allowed, unit, hosts));
      const short = tooFew(large, choices, () => 1, takes);
      if (short)
        return `${vmNames(problem, short.units)} need ${number(size)} or more each, and ${hostNames(problem, short.cells)} can take ${number(short.room)} such by ${constraint.name}`;
    }
  }
  return null;
};

interface Short {
  readonly units: number[];
  /** All that they may be in. */
  readonly cells: number[];
  readonly need: number;
  readonly room: number;
}

/** Units that need more than there is where they may be, of a smallest cut; null where there is room for all of them. */
function tooFew(
  units: readonly number[],
  choices: readonly (readonly number[])[],
  need: (unit: number) => number,
  room: ArrayLike<number>,
): Short | null {
  // Units of the same choices are one node: a cluster's VMs have few sets of hosts.
  const groups = new Map<string, { cells: readonly number[]; units: number[]; need: number }>();
  units.forEach((unit, i) => {
    const key = choices[i].join(" ");
    const group = groups.get(key) ?? { cells: choices[i], units: [], need: 0 };
    group.units.push(unit);
    group.need += need(unit);
    groups.set(key, group);
  });
  const list = [...groups.values()];
  const [source, sink] = [list.length + room.length, list.length + room.length + 1];
  const network = new FlowNetwork(sink + 1);
  list.forEach((group, g) => {
    network.add(source, g, group.need);
    for (const cell of group.cells) network.add(g, list.length + cell, Infinity);
  });
  for (let cell = 0; cell < room.length; cell++) network.add(list.length + cell, sink, room[cell]);
  const wanted = list.reduce((sum, group) => sum + group.need, 0);
  if (network.maximum(source, sink) >= wanted) return null;
  const reached = network.levels(source);
  const short = list.filter((_, g) => reached[g] >= 0);
  const cells = Array.from({ length: room.length }, (_, cell) => cell).filter((c) => reached[list.length + c] >= 0);
  return {
    units: short.flatMap((group) => group.units).filter((unit) => need(unit) > 0),
    cells,
    need: short.reduce((sum, group) => sum + group.need, 0),
    room: cells.reduce((sum, cell) => sum + room[cell], 0),
  };
}

function hostsOf(allowed: Uint8Array, unit: number, hosts: number): number[] {
  const list: number[] = [];
  for (let h = 0; h < hosts; h++) if (allowed[unit * hosts + h] === 1) list.push(h);
  return list;
}

const number = (value: number): string => String(Math.round(value));

const vmNames = ({ model, units }: Facts["problem"], list: readonly number[]): string =>
  listNames(list.flatMap((unit) => units.vms[unit].map((v) => `"${model.vms[v].name}"`)).sort());

const hostNames = ({ model }: Facts["problem"], list: readonly number[]): string =>
  list.length === 0 ? "no host" : listNames(list.map((h) => model.hosts[h].name).sort());
