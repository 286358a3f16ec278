import { hostsInNeed } from "../constraints/hosts-in-need";
import { COST_UNIT } from "../plan";
import type { Problem } from "../problem/problem";

/** Hours ahead that count as at hand. */
const AT_HAND = 2;

/**
 * [unit] what the move of each of its VMs must gain: `gainThreshold`, and where its host is in no need (it is open, no
 * likelier to fail than is tolerated, not crowded in the hours at hand) `quietGainThreshold`, if that is more.
 */
export function thresholdsOf({ model, units }: Problem): Float64Array {
  const { gainThreshold, quietGainThreshold } = model.request.config;
  const least = Math.round(gainThreshold * COST_UNIT);
  const quiet = Math.max(least, Math.round((quietGainThreshold ?? gainThreshold) * COST_UNIT));
  if (quiet === least) return new Float64Array(units.count).fill(least);
  const inNeed = hostsInNeed(model, { within: Math.max(1, Math.round(AT_HAND / model.slotsMerged)) });
  return Float64Array.from(units.vms, (members) => {
    const needed = members.some((v) => model.vms[v].current >= 0 && inNeed[model.vms[v].current]);
    return needed ? least : quiet;
  });
}
