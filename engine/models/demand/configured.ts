/**
 * Stands in for history. The CPU share is what the busiest tenth of the VMs in the Bitbrains trace (Shen et al.,
 * CCGrid 2015) average of theirs, 0.48, rounded up: most VMs use far less, so room may stay unused, never the reverse.
 */
export const CONFIGURED_CPU_SHARE = 0.5;
/** Wide enough that idle and busy both lie within two standard deviations. */
export const CONFIGURED_CPU_SIGMA_SHARE = 0.25;
/** A guest touches all its memory sooner or later, and the host backs what was touched. */
export const CONFIGURED_MEMORY_SHARE = 1;

export interface SizeForecast {
  readonly mean: number;
  readonly variance: number;
}

/** CPU in MHz of a VM without history; NaN where its vCPUs or the clock of the hosts are unknown. */
export function configuredCpu(vcpus: number | null, mhzPerCore: number | null): SizeForecast {
  const full = vcpus === null || mhzPerCore === null ? Number.NaN : vcpus * mhzPerCore;
  return { mean: CONFIGURED_CPU_SHARE * full, variance: (CONFIGURED_CPU_SIGMA_SHARE * full) ** 2 };
}

/** Memory in MB of a VM without history; NaN where its size is unknown. */
export function configuredMemory(memoryMb: number | null): SizeForecast {
  const mean = memoryMb === null ? Number.NaN : CONFIGURED_MEMORY_SHARE * memoryMb;
  return { mean, variance: memoryMb === null ? Number.NaN : 0 };
}
