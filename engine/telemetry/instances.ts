/**
 * Telegraf writes a counter's aggregate over its instances (cores, disks, interfaces) under the instance tag
 * "instance-total"; older versions wrote "*" or no tag, and some write several of them at once. Which one stands for an
 * entity's metric is decided once for the asked window, so that aggregates of different kinds are never mixed.
 */
export const AGGREGATES = ["instance-total", "*", ""] as const;

/** A tag set's place in the preference: 0 is the best, -1 is a single instance and no aggregate. */
export function aggregateRank(instanceTags: readonly string[], tags: Readonly<Record<string, string>>): number {
  let rank = 0;
  for (const tag of instanceTags) {
    const found = AGGREGATES.indexOf((tags[tag] ?? "") as (typeof AGGREGATES)[number]);
    if (found < 0) return -1;
    rank = Math.max(rank, found);
  }
  return rank;
}
