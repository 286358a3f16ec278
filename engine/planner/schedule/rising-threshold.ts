/** What a move may be worth at most, in units of the least for which one is made: the relief of a full host against a small gain. */
const RANGE = 50;

/**
 * What a move must gain, the more the more of the day's budget is spent: the last moves of a day are for what can't wait. With
 * gains between `least` and 50 times that, and nobody knowing what the day will bring, no rule that sees one move after the
 * other does better in the worst case than this one.
 *
 * Source: Zhou, Chakrabarty and Lukose, "Budget Constrained Bidding in Keyword Auctions and Online Knapsack Problems", WINE
 * 2008 (threshold (U e / L)^z L / e, here from L on).
 * @param least the plan's `gainThreshold`, what a move must gain while nothing is spent
 */
export function risingThreshold(least: number, spent: number, budget: number): number {
  return budget <= 0 ? least : least * RANGE ** Math.min(1, spent / budget);
}
