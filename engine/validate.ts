import type { z } from "zod";
import { AffinityError, type Problem } from "./errors";

/** `["hosts", 3, "name"]` as `hosts[3].name`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    "",
  );
}

export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.map((issue) => ({ path: formatPath(issue.path), message: plain(issue.message) }));
}

/** A value that isn't there is missing, and no value of another type. */
const plain = (message: string): string =>
  message.replace(/^Invalid input: expected (.+), received undefined$/, "is missing ($1)");

/**
 * Parses `input` with `schema`; every violation is listed at once, with its path.
 * @throws AffinityError with `code`, naming `subject` (a file, a setting, a resource).
 */
export function validate<T extends z.ZodType>(
  schema: T,
  input: unknown,
  failure: { code: string; subject: string; hint?: string },
): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = problemsOf(result.error);
  throw new AffinityError({
    code: failure.code,
    message: `${failure.subject} is not valid: ${problems.length} problem${problems.length === 1 ? "" : "s"}`,
    hint: failure.hint,
    problems,
  });
}
