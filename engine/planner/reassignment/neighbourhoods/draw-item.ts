import type { Context } from "../search/context";

/** An item drawn at random: one time in five from a costly bin. -1: that bin is empty. */
export function drawItem(context: Context): number {
  const { problem, state, random } = context;
  if (random.below(5) > 0) return random.below(problem.items);
  const items = state.itemsOn[context.costlyBin(4)];
  return items.length === 0 ? -1 : items[random.below(items.length)];
}
