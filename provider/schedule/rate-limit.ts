import { actionLogOf } from "../acting";
import type { Settings } from "../settings";

const WINDOWS = [
  { key: "perHour", seconds: 3600, name: "hour" },
  { key: "perDay", seconds: 86_400, name: "24 hours" },
] as const;

export interface RateLeft {
  /** Moves that may still begin; infinite without a limit. */
  readonly left: number;
  /** Which window leaves the least, and by how many moves; empty without a limit. */
  readonly evidence: string;
}

/**
 * How many moves the rate limit leaves in a cluster, by the log of actions: moves of every stack and run count, from
 * their intents on, and a restart forgets none.
 * @param cluster as the log names it
 * @param now epoch seconds
 */
export async function rateLeft(
  { journal, moveRateLimit }: Pick<Settings, "journal" | "moveRateLimit">,
  cluster: string,
  now: number,
): Promise<RateLeft> {
  const limits = WINDOWS.flatMap((window) => {
    const limit = moveRateLimit[window.key];
    return limit === undefined ? [] : [{ ...window, limit }];
  });
  if (limits.length === 0) return { left: Infinity, evidence: "" };
  const moves = (await actionLogOf(journal).actions()).filter(
    ({ kind, cluster: where, outcome }) => kind === "relocate" && where === cluster && outcome?.result !== "failed",
  );
  const lefts = limits.map(({ seconds, limit, name }) => {
    const begun = moves.filter(({ at }) => at > now - seconds).length;
    return {
      left: Math.max(0, limit - begun),
      evidence: `the rate limit is reached: ${begun} moves in the last ${name}, and the limit is ${limit}`,
    };
  });
  return lefts.reduce((least, each) => (each.left < least.left ? each : least));
}
