import { type Random, createRandom } from "../random";
import type { Application, Machine } from "./machines";
import type { TimeAxis } from "./options";

const HOUR = 3600;
const WEEK_HOURS = 168;
/** How long noise is remembered. */
const APPLICATION_MEMORY_HOURS = 3;
const MACHINE_MEMORY_HOURS = 1.5;
const BURSTS_PER_DAY = 0.2;
/** Tail exponent of bursts: a finite mean, no finite variance. */
const BURST_TAIL = 1.6;
const LARGEST_BURST = 4;
const BURST_HALF_LIFE_HOURS = 0.6;
/** An idle VM does something once in a while: updates, backups. */
const IDLE_SPIKES_PER_DAY = 0.4;

/** Hour of the week at slot 0 (0 is Monday 00:00 UTC), fractional. */
const weekHour = (time: number) => (time / HOUR + 72) % WEEK_HOURS;

/** The application's load in the course of the telemetry, 1 on average: day, week, growth, noise and bursts. */
export function applicationLoad(seed: number, application: Application, axis: TimeAxis): Float64Array {
  const random = createRandom(seed, "load", application.index);
  const stepHours = axis.step / HOUR;
  const noise = autoregressive(random, axis.slots, stepHours, APPLICATION_MEMORY_HOURS, 0.12);
  const load = new Float64Array(axis.slots);
  for (let i = 0; i < axis.slots; i++) {
    const hour = (weekHour(axis.start + i * axis.step) - application.phaseHours + WEEK_HOURS) % WEEK_HOURS;
    const weeks = ((i - axis.slots) * stepHours) / WEEK_HOURS;
    load[i] = cycle(application, hour) * (1 + application.growthPerWeek) ** weeks * Math.exp(noise[i]);
  }
  addBursts(random, load, stepHours);
  return load;
}

const bump = (hour: number, center: number, width: number) => Math.exp(-(((hour - center) / width) ** 2) / 2);

/** Two humps of a working day, or an evening that is higher at the weekend; about 1 on average over a week. */
function cycle({ audience }: Application, weekHourOfDay: number): number {
  const hour = weekHourOfDay % 24;
  const weekend = weekHourOfDay >= 120;
  if (audience === "office") {
    const day = 1.75 * bump(hour, 10.3, 1.9) + 1.6 * bump(hour, 14.8, 2.1);
    return 0.42 + day * (weekend ? 0.18 : 1.05);
  }
  return 0.4 + (0.75 * bump(hour, 12.5, 2.5) + 1.6 * bump(hour, 20.2, 2.4)) * (weekend ? 1.25 : 0.95);
}

function addBursts(random: Random, load: Float64Array, stepHours: number): void {
  const count = poisson(random, (BURSTS_PER_DAY * load.length * stepHours) / 24);
  for (let burst = 0; burst < count; burst++) {
    const at = random.integer(load.length);
    const height = Math.min(LARGEST_BURST, random.pareto(0.35, BURST_TAIL));
    const keep = 0.5 ** (stepHours / BURST_HALF_LIFE_HOURS);
    for (let i = at, left = height; i < load.length && left > 0.02; i++, left *= keep) load[i] *= 1 + left;
  }
}

/** CPU that the VM asks for as a share of its vCPUs, 0 to 1; NaN before it existed and while it is off. */
export function cpuShare(seed: number, machine: Machine, load: Float64Array, axis: TimeAxis): Float64Array {
  const share = new Float64Array(axis.slots).fill(Number.NaN);
  if (machine.power !== "poweredOn") return share;
  const random = createRandom(seed, "cpu", machine.index);
  const stepHours = axis.step / HOUR;
  const noise = autoregressive(random, axis.slots, stepHours, MACHINE_MEMORY_HOURS, machine.tier.noise);
  const { tier, level } = machine;
  const lag = Math.round((tier.lagMinutes * 60) / axis.step);
  for (let i = machine.bornSlot; i < axis.slots; i++) {
    let value = level * (tier.coupling * load[Math.max(0, i - lag)] + 1 - tier.coupling);
    if (tier.name === "batch") value = level * jobShare(machine, axis.start + i * axis.step, axis.step);
    share[i] = Math.min(1, Math.max(0.003, value * Math.exp(noise[i])));
  }
  if (tier.name === "idle") addSpikes(random, share, stepHours);
  return share;
}

const RESTING_SHARE = 0.04;

/** The part of the slot in which the job runs, over a small rest. */
function jobShare({ job }: Machine, time: number, step: number): number {
  const hour = weekHour(time);
  const from = job.hour;
  const sinceStart = ((hour % 24) - from + 24) % 24;
  const day = Math.floor((((hour - sinceStart + WEEK_HOURS) % WEEK_HOURS) + 1e-9) / 24);
  const runs = job.weekday === null || job.weekday === day;
  const overlap = Math.min(1, Math.max(0, ((job.hours - sinceStart) * HOUR) / step));
  return runs ? RESTING_SHARE + (1 - RESTING_SHARE) * overlap : RESTING_SHARE;
}

function addSpikes(random: Random, share: Float64Array, stepHours: number): void {
  const count = poisson(random, (IDLE_SPIKES_PER_DAY * share.length * stepHours) / 24);
  for (let spike = 0; spike < count; spike++) {
    const at = random.integer(share.length);
    // A spike of ten minutes fills only a part of a longer slot.
    share[at] = Math.min(1, share[at] + Math.min(0.9, random.pareto(0.08, 1.5)) * Math.min(1, 1 / 6 / stepHours));
  }
}

/** AR(1) on the axis, stationary, with this standard deviation and memory (hours until it has decayed to 1/e). */
export function autoregressive(random: Random, length: number, stepHours: number, memoryHours: number, sigma: number) {
  const keep = Math.exp(-stepHours / memoryHours);
  const innovation = sigma * Math.sqrt(1 - keep * keep);
  const values = new Float64Array(length);
  let value = sigma * random.normal();
  for (let i = 0; i < length; i++) {
    values[i] = value;
    value = keep * value + innovation * random.normal();
  }
  return values;
}

/** Knuth's method for small means, the normal approximation above. */
export function poisson(random: Random, mean: number): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
  return count;
}
