import type { Snapshot } from "../../../../engine/snapshot";

/**
 * Whether some order of single moves, with any stops, brings the VMs of `targets` there: a breadth-first search over all
 * placements of those VMs. Only memory and mandatory anti-affinity count, so worlds for it have nothing else.
 */
export function canReach(snapshot: Snapshot, targets: Record<string, string>): boolean {
  const movers = snapshot.virtualMachines.filter(({ name, host }) => name in targets && targets[name] !== host);
  const others = snapshot.virtualMachines.filter((vm) => !movers.includes(vm));
  const room = new Map(snapshot.hosts.map(({ id, memoryMb }) => [id, memoryMb!]));
  for (const vm of others) if (vm.host !== null) room.set(vm.host, room.get(vm.host)! - vm.memoryMb!);
  const apart = snapshot.clusters[0].rules.flatMap((rule) =>
    rule.kind === "vmAntiAffinity" ? [rule.virtualMachines] : [],
  );
  const goal = movers.map(({ name }) => targets[name]).join();
  const start = movers.map(({ host }) => host!);
  const seen = new Set([start.join()]);
  for (const queue = [start]; queue.length > 0;) {
    const state = queue.shift()!;
    if (state.join() === goal) return true;
    movers.forEach((vm, i) => {
      for (const host of room.keys()) {
        if (host === state[i]) continue;
        const there = movers.filter((_, j) => j !== i && state[j] === host);
        const used = there.reduce((sum, other) => sum + other.memoryMb!, vm.memoryMb!);
        if (used > room.get(host)!) continue;
        const ids = [...there, ...others.filter((other) => other.host === host)].map(({ id }) => id);
        if (apart.some((members) => members.includes(vm.id) && ids.some((id) => members.includes(id)))) continue;
        const next = state.map((at, j) => (j === i ? host : at));
        if (seen.has(next.join())) continue;
        seen.add(next.join());
        queue.push(next);
      }
    });
  }
  return false;
}
