import type { HostOutlook } from "../../models/outlook";

/** What a rule changes at one instant: the group's risk over the horizon. */
export interface GroupRisk {
  readonly without: number;
  readonly with: number;
}

/**
 * The group's risk with the rule and without it.
 *
 * Apart: the risk is that two members are lost at once. Without the rule two may meet on the most doubtful host that
 * one of them uses, and fail with it; with it, two different hosts must fail.
 *
 * Together: the risk is that the application loses any member. On one host it is lost with that host alone; on several,
 * with any of them. Members that are on one host now would part without the rule (or it would take itself away by having
 * worked): then a second host counts with the mean of all others.
 *
 * @param members index of each member's host in the outlook; -1 where it has none yet (then all hosts' mean counts)
 * Source: seed "Dynamic Resource Affinity Shaping", temporary stickiness engine.
 */
export function groupRisk(
  outlook: HostOutlook,
  members: readonly number[],
  keep: "apart" | "together",
  step: number,
): GroupRisk {
  const now = outlook.probability[0];
  const then = outlook.probability[step];
  const mean = then.reduce((a, b) => a + b, 0) / Math.max(1, then.length);
  const hosts = [...new Set(members)];
  const failing = hosts.map((host) => (host < 0 ? mean : then[host]));
  const worst = Math.max(...failing);
  if (keep === "together") {
    const parted = hosts.length === 1 ? [...failing, meanBut(then, hosts[0])] : failing;
    return { without: 1 - parted.reduce((alive, p) => alive * (1 - p), 1), with: Math.min(...failing) };
  }
  const n = outlook.hosts.length;
  let both = 0;
  for (let i = 0; i < hosts.length; i++) {
    for (let j = i + 1; j < hosts.length; j++) {
      const [a, b] = [hosts[i], hosts[j]];
      const independent = failing[i] * failing[j];
      const least = Math.min(failing[i], failing[j]);
      if (outlook.joint === null || a < 0 || b < 0) {
        both = Math.max(both, independent);
        continue;
      }
      // How much one failure takes the other along stays as it is today, while the risk of each goes its own way.
      const tied = outlook.joint[a * n + b] / Math.max(Math.min(now[a], now[b]), Number.MIN_VALUE);
      both = Math.max(both, Math.min(least, tied * least));
    }
  }
  return { without: worst, with: Math.min(worst, both) };
}

/** Mean probability of the hosts but one (-1: of all); 0 where there is no other to part to. */
function meanBut(probability: ArrayLike<number>, host: number): number {
  const others = Array.from(probability).filter((_, index) => index !== host);
  return others.reduce((a, b) => a + b, 0) / Math.max(1, others.length);
}
