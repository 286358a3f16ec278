import type { Model } from "../problem/model";
import type { MigrationConfig } from "./config";
import { preCopy, type PreCopy } from "./precopy";

/** What the pre-copy model must know of a VM. */
export interface VmMemory {
  readonly memoryMb: number;
  readonly writableMb: number;
  /** Memory written to, MB per second, so many seconds after the plan's start. */
  dirtyMbPerSecond(afterSeconds: number): number;
}

const MHZ_PER_GHZ = 1000;

/**
 * Memory and forecast dirty rate of one VM: what it writes follows the CPU that it is forecast to use. A VM of which no CPU
 * forecast is known is taken to use all of its vCPUs; one of which not even these are known, to write all of its working
 * set every second.
 */
export function vmMemory(model: Model, v: number, config: MigrationConfig): VmMemory {
  const vm = model.vms[v];
  const memoryMb = vm.memoryMb ?? meanMemory(model, v);
  const writableMb = memoryMb * config.writableShare;
  const { horizon, virtualMachines: forecasts } = model.assessment;
  const host = model.hosts[vm.current];
  const speed = host?.cpuMhz && host.cores ? host.cpuMhz / host.cores : NaN;
  const busiest = (vm.vcpus ?? NaN) * speed;
  return {
    memoryMb,
    writableMb,
    dirtyMbPerSecond(afterSeconds) {
      const slot = Math.min(horizon.length - 1, Math.max(0, Math.floor(afterSeconds / horizon.step)));
      const forecast = vm.row < 0 ? NaN : forecasts.cpuMhz.mean[vm.row * horizon.length + slot];
      const mhz = Number.isNaN(forecast) ? busiest : forecast;
      return Number.isNaN(mhz) ? writableMb : (mhz / MHZ_PER_GHZ) * config.dirtyMbPerGhz;
    },
  };
}

/** A VM whose memory isn't known takes as long as one of the cluster's mean size, and the plan says so. */
function meanMemory(model: Model, v: number): number {
  const known = model.vms.flatMap(({ memoryMb }) => (memoryMb === null ? [] : [memoryMb]));
  model.lacking.add(
    "memory size",
    model.vms[v].name,
    "taken as a VM of mean size to tell how long its migration takes",
  );
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : 4096;
}

/** The migration of a VM over a share of the network, so many seconds after the plan's start. */
export const migrationOf = (vm: VmMemory, share: number, config: MigrationConfig, afterSeconds: number): PreCopy =>
  preCopy({
    memoryMb: vm.memoryMb,
    writableMb: vm.writableMb,
    dirtyMbPerSecond: vm.dirtyMbPerSecond(afterSeconds),
    gigabitsPerSecond: share,
    downtimeGoalMs: config.downtimeGoalMs,
  });
