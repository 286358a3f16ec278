import { createRandom } from "../random";
import type { CheckedOptions, TimeAxis } from "./options";
import { poisson } from "./workload";

const HOUR = 3600;
/** Single samples lost per thousand, and the share of entities that went uncollected for some hours. */
const LOST_SHARE = 0.001;
const GAP_SHARE = 0.05;
/** The newest hours are always whole, so that a fresh cluster isn't stale. */
const WHOLE_HOURS = 24;

/** Slots without a sample of any metric, 1 where there is none: Telegraf was down, a sample was lost. */
export function missingSlots(options: CheckedOptions, axis: TimeAxis, kind: "vm" | "host", index: number): Uint8Array {
  const missing = new Uint8Array(axis.slots);
  const mark = (from: number, seconds: number) => missing.fill(1, from, from + Math.ceil(seconds / axis.step));
  const last = axis.slots - Math.ceil((WHOLE_HOURS * HOUR) / axis.step);

  const collector = createRandom(options.seed, "collector");
  for (let week = 0; week < Math.max(1, Math.round(options.days / 7)); week++) {
    const draw = collector.uniform();
    const seconds = (0.5 + 2 * collector.uniform()) * HOUR;
    if (last > 0) mark(Math.floor(draw * Math.max(0, last - seconds / axis.step)), seconds);
  }
  const random = createRandom(options.seed, "gaps", kind, index);
  if (random.uniform() < GAP_SHARE && last > 0) {
    const seconds = (2 + 10 * random.uniform()) * HOUR;
    mark(Math.floor(random.uniform() * Math.max(0, last - seconds / axis.step)), seconds);
  }
  const lost = poisson(random, LOST_SHARE * axis.slots);
  for (let i = 0; i < lost; i++) missing[random.integer(axis.slots)] = 1;
  return missing;
}
