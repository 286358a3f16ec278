import type { Snapshot, VirtualMachine } from "../../engine/snapshot";

/**
 * What binds in the simulated cluster, told from the inventory alone and without the planner's code: datastores, networks
 * and devices that a host has, mandatory rules that keep VMs apart or on certain hosts. Hosts and VMs by index.
 */
export class Reach {
  /** [VM][host] 1 where it may run as far as the pair goes. */
  private readonly open: Uint8Array[];
  /** VMs that must not share its host. */
  readonly foes: readonly (readonly number[])[];

  constructor(snapshot: Snapshot, vms: readonly VirtualMachine[]) {
    const [cluster] = snapshot.clusters;
    const rowOf = new Map(vms.map(({ id }, v) => [id, v]));
    const bound = cluster.rules.filter((rule) => rule.enabled && rule.mandatory);
    const members = (groups: typeof cluster.vmGroups, name: string) =>
      new Set(groups.find((group) => group.name === name)?.members ?? []);
    this.open = vms.map((vm) =>
      Uint8Array.from(snapshot.hosts, (host) => {
        const storage = (vm.disks ?? []).every(({ datastore }) => host.datastores.includes(datastore));
        const network = vm.networks.every((id) => host.networks.includes(id));
        const devices = vm.devices.every(({ device }) => host.devices.some(({ id }) => id === device));
        const rules = bound.every((rule) => {
          if (rule.kind !== "vmHostAffinity" && rule.kind !== "vmHostAntiAffinity") return true;
          if (!members(cluster.vmGroups, rule.vmGroup).has(vm.id)) return true;
          return members(cluster.hostGroups, rule.hostGroup).has(host.id) === (rule.kind === "vmHostAffinity");
        });
        return storage && network && devices && rules ? 1 : 0;
      }),
    );
    const foes = vms.map(() => new Set<number>());
    for (const rule of bound) {
      if (rule.kind !== "vmAntiAffinity") continue;
      const rows = rule.virtualMachines.flatMap((id) => rowOf.get(id) ?? []);
      for (const a of rows) for (const b of rows) if (a !== b) foes[a].add(b);
    }
    this.foes = foes.map((set) => [...set]);
  }

  /** Whether pair and rules allow it; `on` says whether a VM is on a host, or on its way there. */
  allows(vm: number, host: number, on: (vm: number, host: number) => boolean): boolean {
    return this.open[vm][host] === 1 && this.foes[vm].every((other) => !on(other, host));
  }
}
