import type { RecordedDemand, ReplayCluster } from "../../../engine/replay";
import { createRandom } from "../../../engine/random";
import { parseSnapshot } from "../../../engine/snapshot";

export const STEP = 300;
export const START = Date.UTC(2026, 0, 12) / 1000;
export const CAPACITY_MHZ = 20_000;

export interface SmallCluster {
  readonly hosts: number;
  /** [VM] its host, and its memory. */
  readonly vms: readonly { readonly host: number; readonly memoryMb: number }[];
  readonly hostMemoryMb?: number;
  readonly rules?: readonly object[];
}

export function smallCluster({ hosts, vms, hostMemoryMb = 65_536, rules = [] }: SmallCluster): ReplayCluster {
  const snapshot = parseSnapshot(
    {
      schemaVersion: 1,
      source: { kind: "synthetic", name: "replay" },
      takenAt: new Date(START * 1000).toISOString(),
      clusters: [
        {
          id: "domain-c1",
          name: "one",
          drs: { enabled: true, automation: "manual" },
          ha: { enabled: false, admissionControl: { policy: "none" } },
          rules,
        },
      ],
      hosts: Array.from({ length: hosts }, (_, h) => ({
        ...{ id: `host-${h}`, name: `esx-${h}`, cluster: "domain-c1", connection: "connected", power: "poweredOn" },
        ...{ maintenance: false, cpuMhz: CAPACITY_MHZ, cores: 8, threads: 16, memoryMb: hostMemoryMb },
      })),
      virtualMachines: vms.map(({ host, memoryMb }, v) => ({
        ...{ id: `vm-${v}`, name: `vm-${v}`, host: `host-${host}`, cluster: "domain-c1", power: "poweredOn" },
        ...{ vcpus: 2, memoryMb },
      })),
    },
    "the test's cluster",
  );
  return { snapshot, cluster: "one" };
}

/** Demand by VM and slot. */
export const demandOf = (slots: number, mhz: (vm: number, slot: number) => number, vms: number): RecordedDemand => ({
  grid: { start: START, step: STEP, length: slots },
  ids: Array.from({ length: vms }, (_, v) => `vm-${v}`),
  cpuMhz: Array.from({ length: vms }, (_, v) => Float64Array.from({ length: slots }, (_, slot) => mhz(v, slot))),
});

/** VMs with a level of their own and noise about it. */
export function noisyDemand(slots: number, vms: number, seed: number): RecordedDemand {
  const random = createRandom(seed, "demand");
  const levels = Array.from({ length: vms }, () => 500 + 4000 * random.uniform());
  return demandOf(slots, (v) => Math.max(0, levels[v] * (1 + 0.3 * random.normal())), vms);
}
