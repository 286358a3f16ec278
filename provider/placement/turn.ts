let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `work` when what was handed in before has ended. Pulumi checks the resources of a program at the same time; two
 * placements that plan at the same time would not see what the other gives out.
 */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const run = last.then(work);
  last = run.catch(() => undefined);
  return run;
}
