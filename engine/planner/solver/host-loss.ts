import { isOpen } from "../constraints/tables";
import type { Model } from "../problem/model";

/** A loss of hosts after which not every VM finds a host to restart on. */
export interface HostLoss {
  /** Indices of the hosts lost. */
  readonly hosts: readonly number[];
  /** Indices of the VMs that no host has room for. */
  readonly vms: readonly number[];
}

/**
 * Simulates what vSphere HA admission control "host failures" promises, on a finished placement: the k hosts are lost
 * and their VMs restart, the largest first, each on the open host with the least memory that still takes it.
 * An approximation: with k > 1 each host is lost together with the k-1 that hold the most memory, not every set; the
 * restart looks at configured memory and vCPUs within the overcommit limits and not at rules, as HA itself does for
 * preferred ones; best-fit decreasing may miss a packing that exists.
 */
export function hostLosses(model: Model, hostOf: Int32Array): HostLoss[] {
  const { enabled, admissionControl } = model.cluster.ha;
  if (!enabled || admissionControl.policy !== "hostFailures") return [];
  const { vcpusPerCore, memoryOvercommit } = model.request.config;
  const open = model.hosts.flatMap((host, h) =>
    isOpen(host) && host.memoryMb !== null && host.cores !== null ? [h] : [],
  );
  const vmsOn: number[][] = model.hosts.map(() => []);
  hostOf.forEach((host, v) => {
    if (host >= 0) vmsOn[host].push(v);
  });
  const memory = (v: number): number => Math.ceil(model.vms[v].memoryMb ?? 0);
  const vcpus = (v: number): number => model.vms[v].vcpus ?? 0;
  const used = vmsOn.map((vms) => vms.reduce((sum, v) => sum + memory(v), 0));
  const byUse = [...open].sort((a, b) => used[b] - used[a] || a - b);

  const losses: HostLoss[] = [];
  for (const first of open) {
    const lost = [first, ...byUse.filter((h) => h !== first).slice(0, admissionControl.hosts - 1)];
    const rest = open.filter((h) => !lost.includes(h));
    const room = rest.map((h) => ({
      memory: Math.floor(model.hosts[h].memoryMb! * memoryOvercommit) - used[h],
      vcpus: Math.floor(model.hosts[h].cores! * vcpusPerCore) - vmsOn[h].reduce((sum, v) => sum + vcpus(v), 0),
    }));
    const homeless: number[] = [];
    const victims = lost.flatMap((h) => vmsOn[h]).sort((a, b) => memory(b) - memory(a) || vcpus(b) - vcpus(a) || a - b);
    for (const v of victims) {
      const fitting = room.filter((item) => item.memory >= memory(v) && item.vcpus >= vcpus(v));
      if (fitting.length === 0) {
        homeless.push(v);
        continue;
      }
      const tightest = fitting.reduce((a, b) => (b.memory < a.memory ? b : a));
      tightest.memory -= memory(v);
      tightest.vcpus -= vcpus(v);
    }
    if (homeless.length > 0)
      losses.push({ hosts: [...lost].sort((a, b) => a - b), vms: homeless.sort((a, b) => a - b) });
  }
  return losses;
}
