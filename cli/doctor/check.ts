import { AffinityError } from "../../engine/errors";

/** One line of `doctor`. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "error";
  readonly detail: string;
  /** What to do about it. */
  readonly next?: string;
  readonly problems?: readonly { path: string; message: string }[];
}

/** A check that failed with an AffinityError; any other error is a defect and goes on its way. */
export function failedCheck(name: string, error: unknown): Check {
  if (!(error instanceof AffinityError)) throw error;
  const { message, hint, problems } = error;
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  const listed = problems.map((problem) => `${problem.path || "(root)"}: ${problem.message}`).join("; ");
  return { name, status: "error", detail: `${message}${cause}${listed && `: ${listed}`}`, next: hint, problems };
}
