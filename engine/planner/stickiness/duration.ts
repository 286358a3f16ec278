/** How long a rule is needed. */
export interface Duration {
  readonly hours: number;
  /** Which bound gave it: the prediction itself, or the user's least or most. */
  readonly bound: "prediction" | "minimum" | "maximum";
}

/**
 * Hours until the rule saves no more than `riskBound`: the end of the last step in a row at which it does. Null where it
 * doesn't even now: there is no ground for a rule.
 * @param saved what the rule saves at each step, as a probability over the horizon
 */
export function durationOf(
  saved: readonly number[],
  stepHours: number,
  limits: { readonly riskBound: number; readonly minHours: number; readonly maxHours: number },
): Duration | null {
  if (saved.length === 0 || !(saved[0] > limits.riskBound)) return null;
  let last = 0;
  while (last + 1 < saved.length && saved[last + 1] > limits.riskBound) last++;
  const beyond = last + 1 === saved.length;
  const hours = (last + 1) * stepHours;
  if (beyond || hours > limits.maxHours) return { hours: limits.maxHours, bound: "maximum" };
  if (hours < limits.minHours) return { hours: limits.minHours, bound: "minimum" };
  return { hours, bound: "prediction" };
}
