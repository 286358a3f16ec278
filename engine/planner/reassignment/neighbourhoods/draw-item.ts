import type { Context } from "../search/context";

/** An active item drawn at random: one time in five from a costly bin. -1: it is empty, or what is drawn there isn't active. */
export function drawItem(context: Context): number {
  const { state, random, ranking } = context;
  if (random.below(5) > 0) return ranking.draw(random);
  const items = state.itemsOn[context.costlyBin(4)];
  if (items.length === 0) return -1;
  const item = items[random.below(items.length)];
  return ranking.isActive(item) ? item : -1;
}
