import type { Host } from "../../snapshot";
import type { HostRisk, Model, ModelVm } from "../problem/model";
import { percent, slotName } from "../wording";

/** A host's busiest slot. */
export interface Peak {
  /** Share of the capacity in use; null where the capacity isn't known. */
  readonly share: number | null;
  readonly slot: number;
}

/** One of two hosts that a VM could be on, as it would be with the VM there. */
export interface Side {
  readonly index: number;
  readonly host: Host;
  readonly risk: HostRisk;
  /** Of CPU and of memory. */
  readonly peaks: readonly [Peak, Peak];
}

/** What an objective's words for a choice rest on: the better host and the other one. */
export interface Comparison {
  readonly model: Model;
  readonly vm: ModelVm;
  readonly here: Side;
  readonly there: Side;
  /** Whether no host that could take the VM would have more of the resource (0: CPU, 1: memory) free at its peak. */
  freest(resource: 0 | 1): boolean;
  /** What preferred rules say against `there` that they don't say against `here`; such as "apart from web-2". */
  rules(): readonly string[];
}

const NAMES = ["CPU", "memory"] as const;

/** The resource in which the two differ most, in favour of `here`, in words and shares; null if there is none. */
export function tightest({ model, here, there }: Comparison) {
  let found: { resource: 0 | 1; here: number; there: number } | null = null;
  for (const resource of [0, 1] as const) {
    const [a, b] = [here.peaks[resource].share, there.peaks[resource].share];
    if (a === null || b === null || a >= b) continue;
    if (!found || b - a > found.there - found.here) found = { resource, here: a, there: b };
  }
  if (!found) return null;
  const { resource } = found;
  return {
    ...found,
    name: NAMES[resource],
    /** When each peaks: "Mon 12:00 UTC". */
    hereAt: slotName(model.assessment.horizon, here.peaks[resource].slot),
    thereAt: slotName(model.assessment.horizon, there.peaks[resource].slot),
  };
}

/** Two shares with as many digits as it takes to tell them apart; null if one decimal doesn't. */
export function apart(a: number, b: number): readonly [string, string] | null {
  if (percent(a) !== percent(b)) return [percent(a), percent(b)];
  const fine = (share: number) => `${(share * 100).toFixed(1)} %`;
  return fine(a) === fine(b) ? null : [fine(a), fine(b)];
}
