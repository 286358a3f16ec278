import { createRandom, type Random } from "../../engine/random";
import { severity, type Trouble } from "./troubles";

/** What a host's sensors say, slot by slot: drawn beforehand, for no policy changes it. */
export interface HostSignals {
  /** ms */
  readonly diskLatency: Float64Array;
  /** A sample. */
  readonly networkErrors: Float64Array;
  /** Share of the CPU that the host can't give. */
  readonly throttled: Float64Array;
}

export interface SignalOptions {
  readonly seed: number;
  readonly hosts: number;
  readonly troubles: readonly Trouble[];
  /** Epoch seconds of slot 0. */
  readonly start: number;
  readonly slots: number;
  readonly step: number;
}

const HOUR = 3600;
const DAY = 86_400;
/** Bursts on the storage array, which all hosts see, a day; and what one host alone sees of its own making. */
const STORMS_PER_DAY = 0.2;
const SPIKES_PER_DAY = 0.3;

export function drawSignals({ seed, hosts, troubles, start, slots, step }: SignalOptions): HostSignals[] {
  const storms = bursts(createRandom(seed, "storms"), STORMS_PER_DAY, slots, step);
  return Array.from({ length: hosts }, (_, host) => {
    const random = createRandom(seed, "signals", host);
    const spikes = bursts(random, SPIKES_PER_DAY, slots, step);
    const usual = random.logNormal(3, 0.35);
    const keep = Math.exp(-step / (2 * HOUR));
    const own = troubles.filter((trouble) => trouble.host === host);
    const signals = {
      diskLatency: new Float64Array(slots),
      networkErrors: new Float64Array(slots),
      throttled: new Float64Array(slots),
    };
    let noise = 0;
    for (let slot = 0; slot < slots; slot++) {
      noise = keep * noise + 0.25 * Math.sqrt(1 - keep * keep) * random.normal();
      const at = start + slot * step;
      let [factor, errors, throttled] = [1, 0.02, 0];
      for (const trouble of own) {
        const share = severity(trouble, at);
        if (share === 0) continue;
        factor *= trouble.latency ** share;
        errors += trouble.errors * share;
        throttled = Math.max(throttled, trouble.throttled * share);
      }
      signals.diskLatency[slot] = usual * factor * storms[slot] * spikes[slot] * Math.exp(noise);
      signals.networkErrors[slot] = poisson(random, errors);
      signals.throttled[slot] = throttled;
    }
    return signals;
  });
}

/** Factors of at least 1: stretches of half an hour to some hours. */
function bursts(random: Random, perDay: number, slots: number, step: number): Float64Array {
  const factors = new Float64Array(slots).fill(1);
  const count = poisson(random, (perDay * slots * step) / DAY);
  for (let burst = 0; burst < count; burst++) {
    const first = random.integer(slots);
    const length = Math.ceil(random.logNormal(1.5 * HOUR, 0.7) / step);
    const height = 1 + random.logNormal(2, 0.6);
    for (let i = first; i < Math.min(slots, first + length); i++) factors[i] = Math.max(factors[i], height);
  }
  return factors;
}

/** Knuth's method: means here are small. */
function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
  return count;
}
