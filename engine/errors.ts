/** One problem of an input: where it is (a path such as `hosts[3].name`) and what is wrong there. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

export interface AffinityErrorDetails {
  /** Stable, SCREAMING_SNAKE_CASE: scripts match on it. */
  readonly code: string;
  /** What went wrong, naming the thing at fault. */
  readonly message: string;
  /** What the user can do about it. */
  readonly hint?: string;
  /** Every problem of the input at once, where there is more than one. */
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
}

/**
 * The one family of errors that users see: a code, the thing at fault, a hint and the cause.
 * Anything else that is thrown is a defect of this package.
 */
export class AffinityError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly problems: readonly Problem[];

  constructor(details: AffinityErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "AffinityError";
    this.code = details.code;
    this.hint = details.hint;
    this.problems = details.problems ?? [];
  }

  /** The text a user reads: message, problems, the chain of causes, hint. Never a stack trace. */
  describe(): string {
    const lines = [`${this.message} [${this.code}]`];
    for (const problem of this.problems) lines.push(`  ${problem.path || "(root)"}: ${problem.message}`);
    const cause = causeOf(this);
    if (cause) lines.push(`  cause: ${cause}`);
    if (this.hint) lines.push(`  hint: ${this.hint}`);
    return lines.join("\n");
  }
}

function causeOf(error: Error): string {
  const messages: string[] = [];
  let cause = error.cause;
  while (cause instanceof Error && messages.length < 5) {
    if (cause.message && !messages.includes(cause.message)) messages.push(cause.message);
    cause = cause.cause;
  }
  return messages.join(": ");
}
