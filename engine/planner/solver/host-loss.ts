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
  const sizes = Float64Array.from(model.vms, (vm) => Math.ceil(vm.memoryMb ?? 0));
  const cpuCounts = Float64Array.from(model.vms, (vm) => vm.vcpus ?? 0);
  const memory = (v: number): number => sizes[v];
  const vcpus = (v: number): number => cpuCounts[v];
  const used = vmsOn.map((vms) => vms.reduce((sum, v) => sum + memory(v), 0));
  const byUse = [...open].sort((a, b) => used[b] - used[a] || a - b);

  const usedCpus = vmsOn.map((vms) => vms.reduce((sum, v) => sum + vcpus(v), 0));
  const largestFirst = vmsOn.map((vms) =>
    [...vms].sort((a, b) => memory(b) - memory(a) || vcpus(b) - vcpus(a) || a - b),
  );
  const losses: HostLoss[] = [];
  const free = new Float64Array(open.length);
  const freeCpus = new Float64Array(open.length);
  for (const first of open) {
    const lost = [first, ...byUse.filter((h) => h !== first).slice(0, admissionControl.hosts - 1)];
    const rest = open.filter((h) => !lost.includes(h));
    rest.forEach((h, i) => {
      free[i] = Math.floor(model.hosts[h].memoryMb! * memoryOvercommit) - used[h];
      freeCpus[i] = Math.floor(model.hosts[h].cores! * vcpusPerCore) - usedCpus[h];
    });
    const homeless: number[] = [];
    const victims =
      lost.length === 1
        ? largestFirst[first]
        : lost.flatMap((h) => vmsOn[h]).sort((a, b) => memory(b) - memory(a) || vcpus(b) - vcpus(a) || a - b);
    for (const v of victims) {
      const [needs, cpus] = [memory(v), vcpus(v)];
      let tightest = -1;
      for (let i = 0; i < rest.length; i++) {
        if (free[i] < needs || freeCpus[i] < cpus) continue;
        if (tightest < 0 || free[i] < free[tightest]) tightest = i;
      }
      if (tightest < 0) {
        homeless.push(v);
        continue;
      }
      free[tightest] -= needs;
      freeCpus[tightest] -= cpus;
    }
    if (homeless.length > 0)
      losses.push({ hosts: [...lost].sort((a, b) => a - b), vms: homeless.sort((a, b) => a - b) });
  }
  return losses;
}
