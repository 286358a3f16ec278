/** Features of a VM's profile, in this order. */
export const PROFILE_FEATURES = ["cpu", "memory", "disk", "network", "burstiness"] as const;
export type ProfileFeature = (typeof PROFILE_FEATURES)[number];

/** A VM's use of its host over the history, as hourly averages; NaN where no sample was collected. */
export interface UsageHistory {
  readonly id: string;
  /** MHz, and what its vCPUs amount to. */
  readonly cpuMhz: ArrayLike<number>;
  readonly configuredMhz: number | null;
  readonly vcpus: number | null;
  readonly memoryMb: ArrayLike<number>;
  readonly diskKbps: ArrayLike<number>;
  readonly networkKbps: ArrayLike<number>;
}

/** Hours of samples without which a profile shows too little: two days. The seed asks for thirty. */
export const MIN_PROFILE_HOURS = 48;
/** KB/s per vCPU below which throughput is as good as none. */
const QUIET_KBPS = 10;
/** CPU share added before ratios, so that an idle VM's small spikes don't make it bursty. */
const QUIET_SHARE = 0.02;

/**
 * What a VM is like, in numbers that compare across sizes: CPU share of its vCPUs, memory in GB per vCPU, disk and
 * network KB/s per vCPU, the ratio of its busiest hundredth to its median. All logarithms but the CPU's square root.
 * NaN for what isn't known; null where there are too few CPU samples.
 */
export function usageProfile(usage: UsageHistory): Float64Array | null {
  const { vcpus, configuredMhz } = usage;
  const shares = known(usage.cpuMhz).map((mhz) => mhz / (configuredMhz ?? Number.NaN));
  if (shares.length < MIN_PROFILE_HOURS || vcpus === null || Number.isNaN(shares[0])) return null;
  const perVcpu = (values: ArrayLike<number>) => meanOf(known(values)) / vcpus;
  const sorted = shares.sort((a, b) => a - b);
  const at = (level: number) => sorted[Math.floor(level * (sorted.length - 1))];
  return Float64Array.of(
    Math.sqrt(meanOf(shares)),
    Math.log(perVcpu(usage.memoryMb) / 1024 + 0.1),
    Math.log(perVcpu(usage.diskKbps) + QUIET_KBPS),
    Math.log(perVcpu(usage.networkKbps) + QUIET_KBPS),
    Math.log((at(0.99) + QUIET_SHARE) / (at(0.5) + QUIET_SHARE)),
  );
}

function known(values: ArrayLike<number>): number[] {
  const list: number[] = [];
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) list.push(values[i]);
  return list;
}

const meanOf = (list: readonly number[]) =>
  list.length === 0 ? Number.NaN : list.reduce((sum, value) => sum + value, 0) / list.length;
