import { METRICS, type MetricId } from "../telemetry/schema";
import type { EntityKind } from "../telemetry/source";
import type { SyntheticWorld } from "./world";
import { missingSlots } from "./gaps";
import { isDown } from "./hardware";
import {
  availableMhz,
  hostCpuMhz,
  hostDiskLatencyMs,
  hostMemoryMb,
  hostNetworkErrors,
  hostPowerWatts,
  hostUptimeSeconds,
  percentOf,
} from "./host-series";
import {
  type HostWeather,
  vmCpuMhz,
  vmCpuReadyMs,
  vmMemoryActiveMb,
  vmMemoryConsumedMb,
  vmThroughputKbps,
} from "./vm-series";
import { applicationLoad, cpuShare } from "./workload";

/**
 * Makes the samples of one entity and metric at a time. What several series share is kept: the load of an application,
 * what a host can grant, its sums, and the last VM's CPU share; the rest is drawn again when asked for again.
 */
export class SampleMaker {
  private readonly loads = new Map<number, Float64Array>();
  private readonly weathers = new Map<number, HostWeather>();
  private readonly sums = new Map<string, Float64Array>();
  private readonly machinesOn: readonly (readonly number[])[];
  private lastShare: { readonly index: number; readonly share: Float64Array } | undefined;

  constructor(private readonly world: SyntheticWorld) {
    const machinesOn: number[][] = world.hosts.map(() => []);
    world.hostOf.forEach((host, machine) => machinesOn[host].push(machine));
    this.machinesOn = machinesOn;
  }

  /** In the metric's unit, one per slot of the axis; NaN where no sample was collected. */
  samples(metric: MetricId, index: number): Float64Array {
    const { kind } = METRICS[metric];
    const values = kind === "vm" ? this.ofVm(metric, index) : this.ofHost(metric, index);
    const absent = this.absent(kind, index);
    for (let i = 0; i < values.length; i++) if (absent[i]) values[i] = Number.NaN;
    return values;
  }

  /** Slots without a sample of any metric, by 1: none was collected, the host was down, the VM was off or not there. */
  absent(kind: EntityKind, index: number): Uint8Array {
    const { options, axis, hosts, hostOf, machines } = this.world;
    const absent = missingSlots(options, axis, kind, index);
    const host = hosts[kind === "vm" ? hostOf[index] : index];
    if (host.fault) for (let i = 0; i < axis.slots; i++) if (isDown(host, axis.start + i * axis.step)) absent[i] = 1;
    if (kind === "vm") absent.fill(1, 0, machines[index].power === "poweredOn" ? machines[index].bornSlot : axis.slots);
    return absent;
  }

  private ofVm(metric: MetricId, index: number): Float64Array {
    const { seed } = this.world.options;
    const machine = this.world.machines[index];
    const share = this.share(index);
    const host = this.world.hostOf[index];
    switch (metric) {
      case "vmCpuMhz":
        return vmCpuMhz(machine, share, this.world.hosts[host].mhzPerCore, this.weather(host));
      case "vmCpuReadyMs":
        return vmCpuReadyMs(seed, machine, share, this.weather(host));
      case "vmMemoryConsumedMb":
        return vmMemoryConsumedMb(seed, machine, share, this.world.axis);
      case "vmMemoryActiveMb":
        return vmMemoryActiveMb(seed, machine, share, vmMemoryConsumedMb(seed, machine, share, this.world.axis));
      case "vmDiskKbps":
        return vmThroughputKbps(seed, machine, share, "disk");
      case "vmNetworkKbps":
        return vmThroughputKbps(seed, machine, share, "network");
      default:
        return this.unknown();
    }
  }

  private ofHost(metric: MetricId, index: number): Float64Array {
    const { options, axis, hosts } = this.world;
    const host = hosts[index];
    const cpu = () => hostCpuMhz(host, this.weather(index).usedMhz);
    const cpuShareOf = () => cpu().map((mhz) => mhz / host.cpuMhz);
    switch (metric) {
      case "hostCpuMhz":
        return cpu();
      case "hostCpuPercent":
        return percentOf(cpu(), host.cpuMhz);
      case "hostMemoryConsumedMb":
        return hostMemoryMb(this.sumOf("vmMemoryConsumedMb", index));
      case "hostMemoryPercent":
        return percentOf(hostMemoryMb(this.sumOf("vmMemoryConsumedMb", index)), host.memoryMb);
      case "hostDiskLatencyMs":
        return hostDiskLatencyMs(options.seed, host, axis, cpuShareOf());
      case "hostNetworkKbps":
        return Float64Array.from(this.sumOf("vmNetworkKbps", index));
      case "hostNetworkErrors":
        return hostNetworkErrors(options.seed, host, axis);
      case "hostUptimeSeconds":
        return hostUptimeSeconds(host, axis);
      case "hostPowerWatts":
        return hostPowerWatts(host, cpuShareOf());
      default:
        return this.unknown();
    }
  }

  /** A metric that is not made yet has no samples: it is missing, not zero. */
  private unknown(): Float64Array {
    return new Float64Array(this.world.axis.slots).fill(Number.NaN);
  }

  private share(index: number): Float64Array {
    if (this.lastShare?.index === index) return this.lastShare.share;
    const { options, axis, machines } = this.world;
    const { application } = machines[index];
    let load = this.loads.get(application.index);
    if (!load) {
      load = applicationLoad(options.seed, application, axis);
      this.loads.set(application.index, load);
    }
    const share = cpuShare(options.seed, machines[index], load, axis);
    this.lastShare = { index, share };
    return share;
  }

  private weather(host: number): HostWeather {
    const known = this.weathers.get(host);
    if (known) return known;
    const { axis, hosts, machines } = this.world;
    const asked = new Float64Array(axis.slots);
    for (const machine of this.machinesOn[host]) {
      addTo(asked, this.share(machine), machines[machine].vcpus * hosts[host].mhzPerCore);
    }
    const available = availableMhz(hosts[host], axis);
    const weather = {
      granted: asked.map((mhz, i) => (mhz > available[i] ? available[i] / mhz : 1)),
      pressure: asked.map((mhz, i) => mhz / available[i]),
      usedMhz: asked.map((mhz, i) => Math.min(mhz, available[i])),
    };
    this.weathers.set(host, weather);
    return weather;
  }

  /** Over the VMs of a host, by slot. */
  private sumOf(metric: MetricId, host: number): Float64Array {
    const key = `${metric} ${host}`;
    const known = this.sums.get(key);
    if (known) return known;
    const sum = new Float64Array(this.world.axis.slots);
    for (const machine of this.machinesOn[host]) addTo(sum, this.ofVm(metric, machine), 1);
    this.sums.set(key, sum);
    return sum;
  }
}

/** A VM that is off or not there yet adds nothing. */
function addTo(sum: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) if (!Number.isNaN(values[i])) sum[i] += values[i] * factor;
}
