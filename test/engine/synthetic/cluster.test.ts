import assert from "node:assert/strict";
import { canonicalJson } from "../../../engine/digest";
import { AffinityError } from "../../../engine/errors";
import { type Snapshot, parseSnapshot } from "../../../engine/snapshot";
import { type SyntheticOptions, syntheticCluster } from "../../../engine/synthetic";

const END = Date.UTC(2026, 0, 19) / 1000;
const SIZES: readonly (readonly [number, number])[] = [
  [2, 1],
  [3, 12],
  [5, 60],
  [16, 200],
  [24, 700],
];
const make = (hosts: number, vms: number, seed = 1, more: Partial<SyntheticOptions> = {}) =>
  syntheticCluster({ seed, hosts, vms, days: 7, stepMinutes: 60, end: END, ...more });

/** Names of the hard constraints that the snapshot breaks: written apart from the code that places. */
function violations({ hosts, virtualMachines, clusters: [cluster] }: Snapshot): string[] {
  const found: string[] = [];
  const running = virtualMachines.filter((vm) => vm.power === "poweredOn");
  const hostOf = new Map(virtualMachines.map((vm) => [vm.id, vm.host]));
  const byHost = (id: string) => running.filter((vm) => vm.host === id);
  const memory = (vms: readonly { memoryMb: number | null }[]) => vms.reduce((sum, vm) => sum + (vm.memoryMb ?? 0), 0);
  const up = hosts.filter((host) => !host.maintenance);
  for (const host of hosts) {
    const vms = byHost(host.id);
    if (memory(vms) > host.memoryMb!) found.push(`memory of ${host.name}`);
    if (vms.reduce((sum, vm) => sum + vm.vcpus!, 0) > 8 * host.cores!) found.push(`vCPUs of ${host.name}`);
    if (vms.reduce((sum, vm) => sum + vm.cpuReservationMhz, 0) > host.cpuMhz!)
      found.push(`reservations of ${host.name}`);
    if (host.maintenance && vms.length) found.push(`${host.name} is in maintenance`);
    for (const vm of vms) {
      if (vm.vcpus! > host.cores!) found.push(`${vm.name} is wider than its host`);
      if (vm.disks!.some(({ datastore }) => !host.datastores.includes(datastore))) found.push(`disks of ${vm.name}`);
      if (vm.networks.some((network) => !host.networks.includes(network))) found.push(`networks of ${vm.name}`);
      if (vm.devices.some(({ device }) => !host.devices.some(({ id }) => id === device)))
        found.push(`device of ${vm.name}`);
    }
  }
  const largest = Math.max(...up.map((host) => host.memoryMb!));
  if (memory(running) > up.reduce((sum, host) => sum + host.memoryMb!, 0) - largest) found.push("admission control");
  for (const rule of cluster.rules.filter(({ mandatory }) => mandatory)) {
    if (rule.kind === "vmAffinity" || rule.kind === "vmAntiAffinity") {
      const used = new Set(rule.virtualMachines.map((vm) => hostOf.get(vm)));
      if (used.size !== (rule.kind === "vmAffinity" ? 1 : rule.virtualMachines.length)) found.push(rule.name);
    } else if (rule.kind === "vmHostAffinity") {
      const allowed = cluster.hostGroups.find(({ name }) => name === rule.hostGroup)!.members;
      const members = cluster.vmGroups.find(({ name }) => name === rule.vmGroup)!.members;
      if (members.some((vm) => !allowed.includes(hostOf.get(vm)!))) found.push(rule.name);
    }
  }
  return found;
}

describe("the synthetic inventory", () => {
  for (const [hosts, vms] of SIZES) {
    it(`is a valid snapshot of ${hosts} hosts and ${vms} VMs in which every hard constraint holds`, () => {
      for (const seed of [1, 2, 3]) {
        const { snapshot } = make(hosts, vms, seed);
        assert.deepEqual(parseSnapshot(JSON.parse(JSON.stringify(snapshot)), "synthetic"), snapshot);
        assert.equal(snapshot.hosts.length, hosts);
        assert.equal(snapshot.virtualMachines.length, vms);
        assert.equal(new Set(snapshot.virtualMachines.map(({ name }) => name)).size, vms, "names are unique");
        assert.deepEqual(violations(snapshot), []);
      }
    });
  }

  it("has what a planner must mind", () => {
    const { snapshot } = make(16, 200);
    const [cluster] = snapshot.clusters;
    const kinds = new Set(cluster.rules.map(({ kind, mandatory }) => `${kind} ${mandatory}`));
    for (const kind of ["vmAntiAffinity true", "vmAntiAffinity false", "vmAffinity true", "vmHostAffinity true"]) {
      assert.ok(kinds.has(kind), kind);
    }
    assert.equal(cluster.ha.admissionControl.policy, "hostFailures");
    assert.equal(snapshot.hosts.filter(({ maintenance }) => maintenance).length, 1);
    assert.equal(snapshot.virtualMachines.filter(({ devices }) => devices.length > 0).length, 1);
    assert.ok(snapshot.virtualMachines.some(({ power }) => power !== "poweredOn"));
    assert.ok(snapshot.virtualMachines.some(({ memoryReservationMb }) => memoryReservationMb > 0));
    assert.equal(
      new Set(snapshot.hosts.map(({ tags }) => tags.find(({ category }) => category === "zone")?.name)).size,
      2,
    );
  });

  it("is the same for the same seed, and another for another", () => {
    assert.equal(canonicalJson(make(8, 80).snapshot), canonicalJson(make(8, 80).snapshot));
    assert.notEqual(canonicalJson(make(8, 80).snapshot), canonicalJson(make(8, 80, 2).snapshot));
  });

  it("lists all that is wrong with what is asked for", () => {
    assert.throws(
      () => make(1, 9000),
      (error: unknown) =>
        error instanceof AffinityError && error.code === "SYNTHETIC_INVALID" && error.problems.length === 2,
    );
  });
});
