import type { Host, Snapshot, VirtualMachine } from "../../snapshot";
import type { PlanRequest } from "../request";

/** The room in which a VM would restart, as it stands in plans and in the journal. */
export const restartName = (vm: string): string => `${vm} (restart)`;

/**
 * What is asked of the planner so that the VMs at risk have room to restart in: a place for the like of each on a host
 * that is not at risk itself, apart from one another and from the rest of their group where that is possible.
 * VMs whose size nobody knows are left out.
 *
 * @param avoid ids of the hosts at risk
 * @param others names of the group's VMs that are not at risk
 */
export function restartRequests(
  vms: readonly VirtualMachine[],
  snapshot: Snapshot,
  avoid: ReadonlySet<string>,
  others: readonly string[],
): Pick<PlanRequest, "virtualMachines" | "groups"> {
  const clusterHosts = (vm: VirtualMachine): Host[] => snapshot.hosts.filter(({ cluster }) => cluster === vm.cluster);
  const virtualMachines = vms.flatMap((vm): PlanRequest["virtualMachines"] => {
    if (vm.vcpus === null || vm.memoryMb === null) return [];
    return [
      {
        ...{ name: restartName(vm.name), vcpus: vm.vcpus, memoryMb: vm.memoryMb, diskMb: 0, like: vm.name },
        ...{
          criticality: "normal",
          cpuReservationMhz: vm.cpuReservationMhz,
          memoryReservationMb: vm.memoryReservationMb,
        },
        ...(vm.requiredCpuGeneration !== null && { requiredCpuGeneration: vm.requiredCpuGeneration }),
        ...{ networks: [...vm.networks], devices: [], requireHostTags: [], tags: [...vm.tags] },
        // Its disks stay where they are: only hosts that reach all of them can start it.
        hosts: clusterHosts(vm)
          .filter((host) => reachesDisks(host, vm) && !avoid.has(host.id))
          .map(({ id }) => id),
        avoidHosts: [],
      },
    ];
  });
  const members = [...virtualMachines.map(({ name }) => name), ...others];
  const apart = {
    ...{
      name: "room to restart in",
      kind: "apart" as const,
      members,
      mandatory: false,
      weight: 1,
      over: "host" as const,
    },
  };
  return { virtualMachines, groups: members.length > 1 ? [apart] : [] };
}

const reachesDisks = (host: Host, { disks }: VirtualMachine): boolean =>
  (disks ?? []).every(({ datastore }) => host.datastores.includes(datastore));
