import { AffinityError, type Problem } from "../../engine/errors";
import { BlockedByPolicyError } from "../errors";
import type { ProcessResult } from "../process";
import { type EngineEvent, withoutColours } from "./events";

/**
 * Why a Pulumi command failed, in Pulumi's own words: what went wrong with a resource, else the policies that refused
 * the change, else the end of the output. A resource that could not be planned comes first, for policies see it too,
 * and their complaint that it holds no plan would hide the reason.
 */
export function failureOf(command: string, result: ProcessResult, events: readonly EngineEvent[]): AffinityError {
  const errors = events.flatMap(({ diagnosticEvent: diagnostic }): Problem[] =>
    diagnostic?.severity === "error" && diagnostic.urn
      ? [{ path: nameOf(diagnostic.urn), message: firstOf(diagnostic.message) }]
      : [],
  );
  const refusals = events.flatMap(({ policyEvent: policy }): Problem[] =>
    policy?.enforcementLevel === "mandatory"
      ? [{ path: `${policy.policyPackName}/${policy.policyName}`, message: firstOf(policy.message) }]
      : [],
  );
  if (errors.length === 0 && refusals.length > 0) {
    return new BlockedByPolicyError({
      code: "POLICY_VIOLATION",
      message: "a policy refused the change",
      hint: "change what the policy names, or its configuration",
      problems: unique(refusals),
    });
  }
  const lines = `${result.stdout}\n${result.stderr}`.split("\n").filter((line) => line.trim());
  return new AffinityError({
    code: "PULUMI_FAILED",
    message: `${command} ${ending(result)}`,
    problems:
      errors.length > 0 ? unique(errors) : lines.slice(-8).map((line) => ({ path: command, message: line.trim() })),
    cause: result.error,
  });
}

function ending({ code, signal }: ProcessResult): string {
  if (signal) return `was ended by ${signal}; start again, and it goes on from where it was`;
  return code === null ? "could not be started" : `failed with exit code ${code}`;
}

/** A message without the stack that Node.js adds to it. */
function firstOf(message: string): string {
  return withoutColours(message)
    .split("\n")
    .filter((line) => line.trim() && !/^\s*at (.+:\d+:\d+\)?|.*<anonymous>\)?)$/.test(line))
    .join("\n    ");
}

/** `urn:pulumi:STACK::PROJECT::TYPE::NAME` */
const nameOf = (urn: string) => urn.split("::").at(-1) ?? urn;

const unique = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.path}\n${problem.message}`, problem])).values(),
];
