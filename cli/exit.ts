/** What the process says to a script; `--help` prints the same table. */
export const ExitCode = {
  /** Nothing to do, or done. */
  clean: 0,
  /** Bad input, an unreachable system, or a defect. */
  error: 1,
  /** The plan has placements or moves, or the cluster has drifted. */
  changes: 2,
  /** A mandatory policy refused the change. */
  blocked: 3,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export const EXIT_CODE_HELP = `Exit codes:
  0  clean: nothing to do, or done
  1  error
  2  changes: placements or moves are planned, or the cluster has drifted
  3  blocked by a policy`;
