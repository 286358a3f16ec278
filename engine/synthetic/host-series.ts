import { createRandom } from "../random";
import { type HostHardware, severity } from "./hardware";
import type { TimeAxis } from "./options";
import { autoregressive, poisson } from "./workload";

const HOUR = 3600;
/** What ESXi itself uses. */
const OVERHEAD_CPU_SHARE = 0.01;
const OVERHEAD_MEMORY_MB = 6144;
/** How far a decline goes before the crash. */
const LATENCY_FACTOR = 14;
const ERRORS_PER_SAMPLE = 9;
const HEALTHY_ERRORS = 0.03;
const THROTTLED_SHARE = 0.35;

/** MHz that the host can give to VMs by slot: less while a failing part throttles it. */
export function availableMhz(host: HostHardware, axis: TimeAxis): Float64Array {
  return Float64Array.from({ length: axis.slots }, (_, i) => {
    const throttle = 1 - THROTTLED_SHARE * severity(host, axis.start + i * axis.step);
    return host.cpuMhz * (throttle - OVERHEAD_CPU_SHARE);
  });
}

/** Its VMs and its own overhead. Whole MHz. */
export function hostCpuMhz(host: HostHardware, vmsMhz: Float64Array): Float64Array {
  return vmsMhz.map((mhz) => Math.round(mhz + OVERHEAD_CPU_SHARE * host.cpuMhz));
}

/** Its VMs and ESXi's own memory. MB, to the KB. */
export function hostMemoryMb(vmsMb: Float64Array): Float64Array {
  return vmsMb.map((mb) => Math.round((mb + OVERHEAD_MEMORY_MB) * 1024) / 1024);
}

/** Of the whole; to the hundredth, as ESXi reports it. */
export function percentOf(values: Float64Array, whole: number): Float64Array {
  return values.map((value) => Math.round(Math.min(1, value / whole) * 10_000) / 100);
}

/** Rises with use, and far above it while a disk is dying. To the tenth of a ms (Telegraf's mean of its samples). */
export function hostDiskLatencyMs(seed: number, host: HostHardware, axis: TimeAxis, cpuShare: Float64Array) {
  const random = createRandom(seed, "latency", host.index);
  const noise = autoregressive(random, axis.slots, axis.step / HOUR, 2, 0.18);
  return cpuShare.map((share, i) => {
    const ill = 1 + LATENCY_FACTOR * severity(host, axis.start + i * axis.step);
    return Math.round(10 * host.latencyMs * (1 + 1.2 * share * share) * ill * Math.exp(noise[i])) / 10;
  });
}

export function hostNetworkErrors(seed: number, host: HostHardware, axis: TimeAxis): Float64Array {
  const random = createRandom(seed, "errors", host.index);
  return Float64Array.from({ length: axis.slots }, (_, i) =>
    poisson(random, HEALTHY_ERRORS + ERRORS_PER_SAMPLE * severity(host, axis.start + i * axis.step)),
  );
}

/** Seconds since it came up last: from before the telemetry, after its crash, or after it was patched. */
export function hostUptimeSeconds(host: HostHardware, axis: TimeAxis): Float64Array {
  return Float64Array.from({ length: axis.slots }, (_, i) => {
    const time = axis.start + i * axis.step;
    const boots = [host.bootedAt, host.fault?.upAgainAt ?? Infinity, host.patchedAt ?? Infinity];
    return time - Math.max(...boots.filter((boot) => boot <= time));
  });
}

/** A large part while idle, the rest with use (Fan, Weber and Barroso, ISCA 2007). Whole watts. */
export function hostPowerWatts(host: HostHardware, cpuShare: Float64Array): Float64Array {
  const idle = 90 + 2.2 * host.cores;
  const busy = 5.5 * host.cores;
  return cpuShare.map((share) => Math.round(idle + busy * (2 * share - share ** 1.4)));
}
