import type { AdmissionControl, Cluster, Host, Snapshot } from "../../snapshot";
import { isOpen } from "../constraints/tables";

/** CPU in MHz and memory in MiB, as vSphere counts reservations. */
export interface Room {
  readonly cpuMhz: number;
  readonly memoryMib: number;
}

const NONE: Room = { cpuMhz: 0, memoryMib: 0 };
const plus = (a: Room, b: Room): Room => ({ cpuMhz: a.cpuMhz + b.cpuMhz, memoryMib: a.memoryMib + b.memoryMib });
const minus = (a: Room, b: Room): Room => ({ cpuMhz: a.cpuMhz - b.cpuMhz, memoryMib: a.memoryMib - b.memoryMib });
const most = (a: Room, b: Room): Room => ({
  cpuMhz: Math.max(a.cpuMhz, b.cpuMhz),
  memoryMib: Math.max(a.memoryMib, b.memoryMib),
});

/** Hosts on which something may be prepared: open, of known size, and not set aside by HA. */
export function preparableHosts(snapshot: Snapshot, cluster: Cluster): Host[] {
  const { enabled, admissionControl } = cluster.ha;
  const aside = new Set(enabled && admissionControl.policy === "dedicatedHosts" ? admissionControl.hosts : []);
  return snapshot.hosts.filter(
    (host) => host.cluster === cluster.id && isOpen(host) && !aside.has(host.id) && sizeOf(host) !== null,
  );
}

const sizeOf = ({ cpuMhz, memoryMb }: Host): Room | null =>
  cpuMhz === null || memoryMb === null ? null : { cpuMhz, memoryMib: memoryMb };

/** What no VM on the host reserves. */
export function hostRoom(snapshot: Snapshot, host: Host): Room {
  const running = snapshot.virtualMachines.filter((vm) => vm.host === host.id && vm.power === "poweredOn");
  return minus(sizeOf(host) ?? NONE, running.map(reservedBy).reduce(plus, NONE));
}

/**
 * What the cluster's root pool can still reserve without what HA keeps for restarts: by percentage a share of the open
 * hosts, for k host failures the k largest. A child pool takes its reservation, or what is reserved in it where that is
 * more. The memory overhead of running VMs is not known here; vCenter itself refuses what it makes too much.
 * @param except id of the pool that is to be changed: what it has counts as free
 */
export function clusterRoom(snapshot: Snapshot, cluster: Cluster, except: string | null = null): Room {
  const sizes = preparableHosts(snapshot, cluster).map((host) => sizeOf(host)!);
  const capacity = afterFailures(sizes, cluster);
  return cluster.resourcePool === null ? capacity : minus(capacity, reservedIn(snapshot, cluster.resourcePool, except));
}

function afterFailures(sizes: readonly Room[], { ha }: Cluster): Room {
  const policy: AdmissionControl = ha.enabled ? ha.admissionControl : { policy: "none" };
  const sum = sizes.reduce(plus, NONE);
  if (policy.policy === "percentage") {
    return {
      cpuMhz: sum.cpuMhz * (1 - policy.cpuPercent / 100),
      memoryMib: sum.memoryMib * (1 - policy.memoryPercent / 100),
    };
  }
  if (policy.policy !== "hostFailures") return sum;
  const largest = (pick: (room: Room) => number) =>
    sizes
      .map(pick)
      .sort((a, b) => b - a)
      .slice(0, policy.hosts)
      .reduce((a, b) => a + b, 0);
  return minus(sum, { cpuMhz: largest(({ cpuMhz }) => cpuMhz), memoryMib: largest(({ memoryMib }) => memoryMib) });
}

/** What the children of a pool, pools and running VMs, have reserved. */
function reservedIn(snapshot: Snapshot, pool: string, except: string | null): Room {
  const pools = snapshot.resourcePools
    .filter(({ parent, id }) => parent === pool && id !== except)
    .map((child) =>
      most(
        { cpuMhz: child.cpuReservationMhz, memoryMib: child.memoryReservationMb },
        reservedIn(snapshot, child.id, except),
      ),
    );
  const running = snapshot.virtualMachines.filter((vm) => vm.resourcePool === pool && vm.power === "poweredOn");
  return [...pools, ...running.map(reservedBy)].reduce(plus, NONE);
}

const reservedBy = (vm: { readonly cpuReservationMhz: number; readonly memoryReservationMb: number }): Room => ({
  cpuMhz: vm.cpuReservationMhz,
  memoryMib: vm.memoryReservationMb,
});
