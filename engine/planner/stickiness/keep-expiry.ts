const HOUR = 3600;

/**
 * The expiry to keep: predictions differ a little from run to run, and a rule that is rewritten at each of them is noise
 * to whoever watches. The old one stays while it lies ahead and the new one differs by less than a fifth of what is left
 * (and an hour).
 * @param before, next, asOf epoch seconds
 */
export function keepExpiry(before: number | null, next: number, asOf: number): number {
  if (before === null || before <= asOf) return next;
  const tolerance = Math.max(HOUR, 0.2 * (before - asOf));
  return Math.abs(next - before) <= tolerance ? before : next;
}
