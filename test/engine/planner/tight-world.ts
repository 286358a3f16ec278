import { randomOf, shuffle } from "../../../engine/planner/solver/random";
import { makeWorld, type World } from "./world";

export interface TightSpec {
  readonly hosts: number;
  /** Share of the hosts' memory, and nearly of their vCPUs, that is in use in the end. */
  readonly fill: number;
  /** Share of the VMs that are new. */
  readonly fresh: number;
  /** VMs that run elsewhere than in the placement which is there by construction; at most `MOVES`. */
  readonly displaced: number;
  /** About so many rules for every ten VMs. */
  readonly rules: number;
}

/** Moves that the request allows. */
const MOVES = 10;
const MEMORY_GB = 256;
const SIZES_GB = [2, 4, 4, 8, 8, 16, 16, 24, 32, 48];
const VCPUS = [1, 2, 2, 4, 4, 8];
const RACKS = 4;

interface Guest {
  readonly name: string;
  readonly memoryGb: number;
  readonly vcpus: number;
  readonly home: number;
}

/**
 * A cluster that is nearly full and has many rules, and a request that can be met: hosts are filled one by one, and every rule
 * (apart, spread over racks, together, on some hosts) is made so that this placement keeps it. Then some VMs are taken off
 * as new, and some that run are put where else there is room.
 */
export function tightWorld(seed: number, { hosts: count, fill, fresh, displaced, rules }: TightSpec): World {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const guests: Guest[] = [];
  const hosts = Array.from({ length: count }, (_, home) => {
    let used = 0;
    let vcpus = 0;
    for (;;) {
      const fitting = SIZES_GB.filter((size) => used + size <= MEMORY_GB * fill);
      if (fitting.length === 0) break;
      const guest = { name: `vm-${guests.length}`, memoryGb: pick(fitting), vcpus: pick(VCPUS), home };
      used += guest.memoryGb;
      vcpus += guest.vcpus;
      guests.push(guest);
    }
    return {
      name: `esx-${String(home).padStart(2, "0")}`,
      memoryGb: MEMORY_GB,
      cores: Math.ceil(vcpus / 4 / fill),
      labels: { rack: `rack-${home % RACKS}` },
    };
  });
  const some = (part: number): number[] =>
    Array.from({ length: Math.round((guests.length * rules) / part) }, (_, i) => i);
  const apart = some(10).map((i) => {
    const members = new Map(shuffle([...guests], random).map((guest) => [guest.home, guest.name]));
    return { name: `apart-${i}`, kind: "apart", members: [...members.values()].slice(0, 3 + Math.floor(random() * 4)) };
  });
  const spread = some(20).flatMap((i) => {
    const members = shuffle([...guests], random).slice(0, 6);
    const inRack = Array.from(
      { length: RACKS },
      (_, rack) => members.filter(({ home }) => home % RACKS === rack).length,
    );
    const used = inRack.filter((n) => n > 0).length;
    const limits = { minDomains: used, maxPerDomain: Math.max(...inRack) };
    const over = { tagCategory: "rack" };
    return used < 2
      ? []
      : [{ name: `spread-${i}`, kind: "spread", members: members.map(({ name }) => name), over, ...limits }];
  });
  const together = some(30).flatMap((i) => {
    const first = pick(guests);
    const second = guests.find((guest) => guest.home === first.home && guest !== first);
    return second ? [{ name: `pair-${i}`, kind: "together", members: [first.name, second.name] }] : [];
  });
  const onSome = some(10).map((i) => {
    const { name, home } = pick(guests);
    const open = hosts.filter((_, host) => host === home || random() < 0.4).map((host) => host.name);
    return { name: `on-${i}`, kind: "on", virtualMachines: [name], hosts: open };
  });

  const running = guests.filter(() => random() >= fresh);
  const at = new Map(running.map(({ name, home }) => [name, home]));
  const used = hosts.map((_, host) =>
    running.reduce((sum, { memoryGb, home }) => sum + (home === host ? memoryGb : 0), 0),
  );
  let left = Math.min(displaced, MOVES);
  for (const { name, memoryGb, home } of shuffle([...running], random)) {
    if (left === 0) break;
    const other = hosts.findIndex((_, host) => host !== home && used[host] + memoryGb <= MEMORY_GB);
    if (other < 0) continue;
    left--;
    at.set(name, other);
    used[home] -= memoryGb;
    used[other] += memoryGb;
  }
  const vm = ({ name, memoryGb, vcpus }: Guest) => ({ name, memoryGb, vcpus, cpuMhz: 100 });
  return makeWorld({
    hosts,
    vms: running.map((guest) => ({ ...vm(guest), on: hosts[at.get(guest.name)!].name })),
    request: {
      include: "all",
      virtualMachines: guests.filter(({ name }) => !at.has(name)).map(vm),
      groups: [...apart, ...spread, ...together],
      rules: { hosts: onSome },
      config: { vcpusPerCore: 4, maxMoves: MOVES },
    },
  });
}
