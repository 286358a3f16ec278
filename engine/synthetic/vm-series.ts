import { createRandom } from "../random";
import type { Machine } from "./machines";
import type { TimeAxis } from "./options";
import { autoregressive } from "./workload";

const HOUR = 3600;
/** ESXi reports CPU ready as milliseconds in a sample of 20 s, all vCPUs together. */
const SAMPLE_MS = 20_000;
const KB = 1024;

/** What a VM runs on in the course of time, by slot. */
export interface HostWeather {
  /** Share of the CPU asked for that the host can give, 0 to 1. */
  readonly granted: Float64Array;
  /** CPU asked for over the host's capacity. */
  readonly pressure: Float64Array;
  /** What its VMs get, MHz. */
  readonly usedMhz: Float64Array;
}

/** Rounded as ESXi reports it: whole MHz. NaN stays. */
export function vmCpuMhz(machine: Machine, share: Float64Array, mhzPerCore: number, weather: HostWeather) {
  const full = machine.vcpus * mhzPerCore;
  return share.map((value, i) => Math.round(value * full * weather.granted[i]));
}

/** Little while the host has room, steeply more above 75 % of its capacity. Whole ms. */
export function vmCpuReadyMs(seed: number, machine: Machine, share: Float64Array, weather: HostWeather) {
  const random = createRandom(seed, "ready", machine.index);
  return share.map((value, i) => {
    const crowd = Math.max(0, weather.pressure[i] - 0.75) / 0.25;
    const ready = (0.002 + 0.06 * crowd * crowd) * (0.3 + value) * Math.exp(0.35 * random.normal());
    return Math.round(Math.min(0.6, ready) * SAMPLE_MS * machine.vcpus);
  });
}

/** What the host backs: a guest warms up over days and then hardly gives anything back. MB, to the KB. */
export function vmMemoryConsumedMb(seed: number, machine: Machine, share: Float64Array, axis: TimeAxis): Float64Array {
  const random = createRandom(seed, "memory", machine.index);
  const full = Math.min(0.99, machine.tier.memoryBacked * Math.exp(0.12 * random.normal()));
  const ageHours = machine.bornSlot > 0 ? 0 : 24 * 30 * random.uniform();
  const stepHours = axis.step / HOUR;
  const noise = autoregressive(random, axis.slots, stepHours, 48, 0.015);
  return share.map((value, i) => {
    if (Number.isNaN(value)) return Number.NaN;
    const age = ageHours + (i - machine.bornSlot) * stepHours;
    const warm = 1 - 0.45 * Math.exp(-age / 60);
    return toKb(Math.min(1, full * warm * (1 + noise[i])) * machine.memoryMb);
  });
}

/** What was touched lately: follows the load. MB, to the KB. */
export function vmMemoryActiveMb(seed: number, machine: Machine, share: Float64Array, consumed: Float64Array) {
  const random = createRandom(seed, "active", machine.index);
  const { tier, level } = machine;
  return share.map((value, i) => {
    const part = tier.memoryActive * (0.6 + 0.4 * Math.min(2.5, value / level)) * Math.exp(0.1 * random.normal());
    return toKb(Math.min(0.95, part) * consumed[i]);
  });
}

/** Input and output follow the CPU, with heavier tails. Whole KB/s. */
export function vmThroughputKbps(seed: number, machine: Machine, share: Float64Array, what: "disk" | "network") {
  const random = createRandom(seed, what, machine.index);
  const perVcpu = what === "disk" ? machine.tier.diskKbps : machine.tier.networkKbps;
  const own = random.logNormal(1, 0.4);
  return share.map((value) => Math.round(perVcpu * machine.vcpus * own * value * Math.exp(0.5 * random.normal())));
}

const toKb = (mb: number) => Math.round(mb * KB) / KB;
