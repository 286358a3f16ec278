import type { MigrationMove, MigrationPlan } from "../../../../engine/planner/migration/plan";
import type { PlanRequest } from "../../../../engine/planner/request";
import type { Snapshot } from "../../../../engine/snapshot";

/**
 * An independent judge of migration plans: it plays the moves on the snapshot, by the clock and with each wave wholly in
 * flight, and shares no code with the planner. A limit that the world passes already counts only for who arrives.
 */
export function replay(snapshot: Snapshot, request: PlanRequest, plan: MigrationPlan): string[] {
  const findings: string[] = [];
  const hosts = new Map(snapshot.hosts.map((host) => [host.id, host]));
  const vms = new Map(snapshot.virtualMachines.map((vm) => [vm.id, vm]));
  const at = new Map(snapshot.virtualMachines.flatMap((vm) => (vm.host === null ? [] : [[vm.id, vm.host] as const])));
  const rules = snapshot.clusters[0].rules.filter((rule) => rule.enabled && rule.mandatory);
  let previousEnd = 0;

  for (const [w, wave] of plan.waves.entries()) {
    const say = (text: string) => findings.push(`wave ${w + 1}: ${text}`);
    const end = wave.startsAfterSeconds + wave.durationSeconds;
    if (wave.startsAfterSeconds < previousEnd - 0.11) say(`begins before the one before has ended`);
    for (const move of wave.moves) {
      if (at.get(move.id) !== move.fromHostId) say(`${move.vm} is on ${at.get(move.id)}, not on ${move.from}`);
      if (
        move.startsAfterSeconds < wave.startsAfterSeconds ||
        move.startsAfterSeconds + move.durationSeconds > end + 0.11
      )
        say(`${move.vm} moves outside the wave's time`);
      const host = hosts.get(move.toHostId)!;
      if (host.maintenance || host.quarantine || host.connection !== "connected") say(`${move.to} takes nobody`);
      for (const rule of rules) {
        if (rule.kind !== "vmHostAffinity" && rule.kind !== "vmHostAntiAffinity") continue;
        const cluster = snapshot.clusters[0];
        const members = cluster.vmGroups.find((group) => group.name === rule.vmGroup)!.members;
        const there = cluster.hostGroups
          .find((group) => group.name === rule.hostGroup)!
          .members.includes(move.toHostId);
        if (members.includes(move.id) && there !== (rule.kind === "vmHostAffinity"))
          say(`${rule.name} keeps ${move.vm} off ${move.to}`);
      }
    }
    if (new Set(wave.moves.map(({ id }) => id)).size < wave.moves.length) say("moves a VM twice");
    // Any of the wave's moves may last longer than expected: nothing may hang on which ends first.
    judge(wave.moves, "all in flight", say, false);
    for (const instant of new Set(wave.moves.map((move) => move.startsAfterSeconds))) {
      const flying = wave.moves.filter(
        (move) => move.startsAfterSeconds <= instant && move.startsAfterSeconds + move.durationSeconds > instant + 0.11,
      );
      judge(flying, `at ${instant} s`, say, true);
    }
    for (const rule of rules) {
      if (rule.kind !== "vmAffinity") continue;
      const members = rule.virtualMachines;
      const together = (where: (id: string) => string | undefined) => new Set(members.map(where)).size === 1;
      if (!together((id) => at.get(id))) continue;
      const gone = new Map(wave.moves.map((move) => [move.id, move.toHostId]));
      if (!together((id) => gone.get(id) ?? at.get(id))) say(`${rule.name} is torn apart`);
    }
    for (const move of wave.moves) at.set(move.id, move.toHostId);
    previousEnd = end;
  }
  return findings;

  function judge(flying: readonly MigrationMove[], when: string, say: (text: string) => void, limits: boolean): void {
    const on = new Map<string, Set<string>>(snapshot.hosts.map((host) => [host.id, new Set<string>()]));
    for (const [id, host] of at) if (vms.get(id)!.power === "poweredOn") on.get(host)!.add(id);
    for (const move of flying) on.get(move.toHostId)!.add(move.id);
    for (const host of new Set(flying.map((move) => move.toHostId))) {
      const here = [...on.get(host)!].map((id) => vms.get(id)!);
      const sum = (of: (vm: (typeof here)[number]) => number) => here.reduce((total, vm) => total + of(vm), 0);
      const { memoryMb, cores, cpuMhz, name } = hosts.get(host)!;
      const over = (what: string, used: number, room: number) => {
        if (used > room) say(`${when}: ${name} has ${used} of ${room} ${what}`);
      };
      over(
        "MB",
        sum((vm) => vm.memoryMb ?? 0),
        (memoryMb ?? Infinity) * request.config.memoryOvercommit,
      );
      over(
        "vCPUs",
        sum((vm) => vm.vcpus ?? 0),
        (cores ?? Infinity) * request.config.vcpusPerCore,
      );
      over(
        "MB reserved",
        sum((vm) => vm.memoryReservationMb),
        memoryMb ?? Infinity,
      );
      over(
        "MHz reserved",
        sum((vm) => vm.cpuReservationMhz),
        cpuMhz ?? Infinity,
      );
      over("VMs", here.length, request.config.maxVmsPerHost);
      for (const rule of rules) {
        if (rule.kind !== "vmAntiAffinity") continue;
        const members = here.filter((vm) => rule.virtualMachines.includes(vm.id));
        const arrived = flying.some((move) => move.toHostId === host && rule.virtualMachines.includes(move.id));
        if (members.length > 1 && arrived) say(`${when}: ${rule.name} is broken on ${name}`);
      }
    }
    if (!limits) return;
    const network = request.config.migration.networkGbps >= 10 ? 8 : 4;
    for (const host of hosts.keys()) {
      const touching = flying.filter((move) => move.fromHostId === host || move.toHostId === host);
      const cost = touching.reduce((total, move) => total + (move.storage ? 4 : 1), 0);
      if (cost > 8) say(`${when}: ${host} has operations of a cost of ${cost}`);
      if (touching.length > network) say(`${when}: ${host} has ${touching.length} migrations on its network`);
    }
    const stores = new Map<string, number>();
    for (const move of flying) {
      const disks = new Set((vms.get(move.id)!.disks ?? []).map((disk) => disk.datastore));
      if (move.storage) disks.add(move.storage.to);
      for (const store of disks) stores.set(store, (stores.get(store) ?? 0) + (move.storage ? 16 : 1));
    }
    for (const [store, cost] of stores) if (cost > 128) say(`${when}: ${store} has a cost of ${cost}`);
  }
}

/** VM id to host id once the plan is carried out. */
export function outcome(snapshot: Snapshot, plan: MigrationPlan): Map<string, string> {
  const at = new Map(snapshot.virtualMachines.flatMap((vm) => (vm.host === null ? [] : [[vm.id, vm.host] as const])));
  for (const { moves } of plan.waves) for (const move of moves) at.set(move.id, move.toHostId);
  return at;
}
