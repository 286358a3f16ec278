import { createRandom } from "../random";
import type { HostHardware } from "./hardware";
import type { Machine } from "./machines";
import type { ClusterRules } from "./rules";

/** A host is filled to here by hand; the rest is what admission control keeps. */
const MEMORY_LIMIT = 0.93;
const VCPUS_PER_CORE = 6.5;
/** Hosts that an administrator looks at before taking one. */
const LOOKS = 2;

/**
 * Where the machines run, by host index: as it grows by hand. Applications gather on few hosts and some hosts are
 * favourites, so that peaks coincide; every mandatory rule and every host's memory is respected.
 */
export function placeMachines(
  seed: number,
  machines: readonly Machine[],
  hosts: readonly HostHardware[],
  rules: ClusterRules,
  gpuMachine: Machine | null,
): number[] {
  const random = createRandom(seed, "placement");
  const usable = hosts.filter((host) => !host.maintenance);
  const memory = hosts.map(() => 0);
  const vcpus = hosts.map(() => 0);
  const placed = new Map<Machine, number>();
  const favour = new Map(usable.map((host) => [host, random.uniform()]));
  const followers = new Map<Machine, Machine[]>();
  for (const [follower, leader] of rules.together) followers.set(leader, [...(followers.get(leader) ?? []), follower]);

  const fits = (unit: readonly Machine[], host: HostHardware, share: number) =>
    memory[host.index] + unit.reduce((sum, machine) => sum + machine.memoryMb, 0) <= share * host.memoryMb &&
    vcpus[host.index] + unit.reduce((sum, machine) => sum + machine.vcpus, 0) <= VCPUS_PER_CORE * host.cores &&
    unit.every(
      (machine) =>
        (!rules.licensed.has(machine) || host.licensed) &&
        (machine !== gpuMachine || host.hasGpu) &&
        !rules.apart.get(machine)?.some((other) => placed.get(other) === host.index),
    );
  const liking = (machine: Machine, host: HostHardware) =>
    favour.get(host)! + (host.index % 5 === machine.application.index % 5 ? 0.5 : 0);

  // The bound ones first, then the large ones: what is left always fits somewhere.
  const bound = (machine: Machine) =>
    Number(machine === gpuMachine) * 4 + Number(rules.licensed.has(machine)) * 2 + Number(rules.apart.has(machine));
  const order = random
    .shuffle(machines)
    .filter((machine) => !rules.together.has(machine))
    .sort((a, b) => bound(b) - bound(a) || Number(b.memoryMb > 32_768) - Number(a.memoryMb > 32_768));
  for (const machine of order) {
    const unit = [machine, ...(followers.get(machine) ?? [])];
    const looked = Array.from({ length: LOOKS }, () => random.pick(usable)).filter((h) => fits(unit, h, MEMORY_LIMIT));
    const spare = (host: HostHardware) => 1 - memory[host.index] / host.memoryMb;
    const host =
      looked.sort((a, b) => liking(machine, b) - liking(machine, a) || a.index - b.index)[0] ??
      usable.filter((h) => fits(unit, h, 1)).sort((a, b) => spare(b) - spare(a) || a.index - b.index)[0];
    if (!host) throw new RangeError(`no host has room for ${machine.name}: the hosts are too few or the VMs too large`);
    for (const member of unit) {
      placed.set(member, host.index);
      memory[host.index] += member.memoryMb;
      vcpus[host.index] += member.vcpus;
    }
  }
  return machines.map((machine) => placed.get(machine)!);
}
