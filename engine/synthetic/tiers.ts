export type TierName = "web" | "app" | "db" | "cache" | "batch" | "idle";

/** What the VMs of a tier look like. Shares are of the VM's configured CPU or memory. */
export interface Tier {
  readonly name: TierName;
  /** Of all VMs. */
  readonly part: number;
  readonly vcpus: readonly number[];
  readonly memoryMbPerVcpu: number;
  /** Median of the VMs' average CPU share, and the log-normal spread between VMs. */
  readonly cpuMedian: number;
  readonly cpuSigma: number;
  /** How much of the load is the application's, the rest being constant. */
  readonly coupling: number;
  /** Minutes that it follows the application's load by. */
  readonly lagMinutes: number;
  /** Noise of its own: standard deviation of the log. */
  readonly noise: number;
  /** Memory that the host backs once the guest has warmed up, and what of it is active at average load. */
  readonly memoryBacked: number;
  readonly memoryActive: number;
  /** KB/s per busy vCPU. */
  readonly diskKbps: number;
  readonly networkKbps: number;
  readonly diskMb: number;
}

/**
 * Levels and spreads follow what is published of enterprise traces: most VMs use little of their CPU and few use much,
 * log-normally; business VMs follow the day and the week (Shen et al., CCGrid 2015, Bitbrains; Cortez et al., SOSP 2017).
 */
export const TIERS: readonly Tier[] = [
  tier("web", 0.15, [2, 2, 4], 2048, [0.17, 0.45], [0.92, 0], 0.16, [0.75, 0.28], [150, 2600], 40_960),
  tier("app", 0.25, [2, 4, 4, 8], 4096, [0.19, 0.5], [0.85, 5], 0.18, [0.88, 0.3], [400, 1500], 61_440),
  tier("db", 0.12, [4, 8, 8, 16], 6144, [0.2, 0.45], [0.75, 10], 0.15, [0.97, 0.35], [6000, 900], 409_600),
  tier("cache", 0.08, [2, 2, 4], 8192, [0.07, 0.4], [0.8, 0], 0.12, [0.96, 0.5], [20, 3800], 20_480),
  tier("batch", 0.15, [4, 4, 8], 3072, [0.65, 0.25], [0, 0], 0.2, [0.8, 0.2], [5200, 500], 122_880),
  tier("idle", 0.25, [1, 2, 2], 2048, [0.015, 0.7], [0, 0], 0.3, [0.5, 0.06], [30, 15], 40_960),
];

function tier(
  name: TierName,
  part: number,
  vcpus: readonly number[],
  memoryMbPerVcpu: number,
  [cpuMedian, cpuSigma]: readonly [number, number],
  [coupling, lagMinutes]: readonly [number, number],
  noise: number,
  [memoryBacked, memoryActive]: readonly [number, number],
  [diskKbps, networkKbps]: readonly [number, number],
  diskMb: number,
): Tier {
  return {
    ...{ name, part, vcpus, memoryMbPerVcpu, cpuMedian, cpuSigma, coupling, lagMinutes, noise },
    ...{ memoryBacked, memoryActive, diskKbps, networkKbps, diskMb },
  };
}
