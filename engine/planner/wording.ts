import type { Grid } from "../telemetry/source";
import type { HostRisk } from "./problem/model";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** `62 %`, `0.14 %`: two digits, so that small risks can be told apart. */
export function percent(share: number): string {
  const value = Math.abs(share * 100);
  const digits = value >= 10 || value === 0 ? 0 : value >= 1 ? 1 : 2;
  return `${Number((share * 100).toFixed(digits))} %`;
}

/** `44 %`, or `unknown`. */
export const chance = ({ probability }: HostRisk): string =>
  probability === null ? "an unknown" : percent(probability);

export const horizonHours = ({ step, length }: Grid): number => Math.round((step * length) / 3600);

/** Names that were asked for: thousands of VMs name the same few slots. */
const slotNames = new WeakMap<Grid, string[]>();

/** Such as "Tue 09:00 UTC". */
export function slotName(grid: Grid, slot: number): string {
  let names = slotNames.get(grid);
  if (!names) slotNames.set(grid, (names = []));
  return (names[slot] ??= nameOf(grid, slot));
}

function nameOf({ start, step }: Grid, slot: number): string {
  const date = new Date((start + slot * step) * 1000);
  return `${DAYS[date.getUTCDay()]} ${date.toISOString().slice(11, 16)} UTC`;
}

/** At most this many names in one sentence. */
const NAMED = 5;

/** `a, b and 3 more`. */
export function listNames(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  if (names.length <= NAMED) return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
  return `${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} more`;
}

export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
