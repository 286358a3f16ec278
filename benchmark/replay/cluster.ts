import type { RecordedDemand, ReplayCluster } from "../../engine/replay";
import { createRandom } from "../../engine/random";
import { parseSnapshot } from "../../engine/snapshot";
import type { PlanetLabDay } from "./planetlab";

export const STEP = 300;
const MHZ_PER_CORE = 2600;
const CORES = 8;
const HOST_MEMORY_MB = 384 * 1024;
const MB_PER_VCPU = 4096;
/** vCPUs of the VMs: the trace says % of a VM, not its size. */
const VCPUS = [1, 1, 1, 1, 1, 2, 2, 2, 4, 4] as const;
/** Midnight of the trace's day doesn't matter: nothing here knows of days. */
const START = Date.UTC(2026, 0, 12) / 1000;

/**
 * A cluster of like hosts for one day's VMs: VMs of 1, 2 or 4 vCPUs (seeded; half, three and two tenths), 4 GB each
 * vCPU; hosts of 8 cores of 2.6 GHz with 384 GB, as many as bring their mean use over the history to `use`. VMs are
 * placed by size alone: shuffled, each on the host with the fewest vCPUs so far, as a cluster is filled before anybody
 * knows what its VMs do.
 */
export function clusterOf(
  { day, names, percent }: PlanetLabDay,
  { use, history, seed }: { use: number; history: number; seed: number },
): { cluster: ReplayCluster; demand: RecordedDemand; hosts: number } {
  const random = createRandom(seed, "replay", day);
  const vcpus = names.map(() => random.pick(VCPUS));
  const cpuMhz = percent.map((values, v) => values.map((share) => (share / 100) * vcpus[v] * MHZ_PER_CORE));
  const mean = cpuMhz.reduce((sum, values) => sum + values.slice(0, history).reduce((a, b) => a + b, 0) / history, 0);
  const count = Math.max(2, Math.round(mean / (use * CORES * MHZ_PER_CORE)));
  const filled = new Int32Array(count);
  const hostOf = new Int32Array(names.length);
  for (const v of random.shuffle(names.map((_, i) => i))) {
    const host = filled.indexOf(filled.reduce((a, b) => Math.min(a, b)));
    hostOf[v] = host;
    filled[host] += vcpus[v];
  }
  const snapshot = parseSnapshot(
    {
      schemaVersion: 1,
      source: { kind: "synthetic", name: `planetlab-${day}` },
      takenAt: new Date(START * 1000).toISOString(),
      clusters: [
        {
          id: "domain-c1",
          name: "planetlab",
          drs: { enabled: true, automation: "manual" },
          ha: { enabled: false, admissionControl: { policy: "none" } },
        },
      ],
      hosts: Array.from({ length: count }, (_, h) => ({
        id: `host-${h}`,
        name: `esx-${h}`,
        cluster: "domain-c1",
        connection: "connected",
        power: "poweredOn",
        maintenance: false,
        cpuMhz: CORES * MHZ_PER_CORE,
        cores: CORES,
        threads: 2 * CORES,
        memoryMb: HOST_MEMORY_MB,
      })),
      virtualMachines: names.map((_, v) => ({
        id: `vm-${v}`,
        name: `vm-${v}`,
        host: `host-${hostOf[v]}`,
        cluster: "domain-c1",
        power: "poweredOn",
        vcpus: vcpus[v],
        memoryMb: vcpus[v] * MB_PER_VCPU,
      })),
    },
    `PlanetLab ${day}`,
  );
  return {
    cluster: { snapshot, cluster: "domain-c1" },
    demand: {
      grid: { start: START, step: STEP, length: percent[0].length },
      ids: names.map((_, v) => `vm-${v}`),
      cpuMhz,
    },
    hosts: count,
  };
}
