import { CommanderError } from "commander";
import { AffinityError } from "../engine/errors";
import { ExitCode } from "./exit";
import type { Output } from "./output";
import { packageInfo } from "./package-info";

/** A mandatory policy refused what a command was to do: exit code 3. */
export class BlockedByPolicyError extends AffinityError {}

/** What `--json` writes to standard error when a command fails. */
export interface ErrorReport {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly problems: readonly { path: string; message: string }[];
    readonly stack?: string;
  };
}

/**
 * Tells the user what failed, without a stack trace, and gives the exit code. Whatever is not an AffinityError is a
 * defect of this package: it says so, and where to report it; `debug` adds the stack. `command`: whose usage was wrong.
 */
export function reportError(error: unknown, output: Output, debug: boolean, command?: string): ExitCode {
  const report = describeError(error, debug, command);
  if (output.json) {
    output.error(JSON.stringify(report.json));
  } else {
    output.error(report.text);
  }
  return error instanceof BlockedByPolicyError ? ExitCode.blocked : ExitCode.error;
}

function describeError(error: unknown, debug: boolean, command?: string): { text: string; json: ErrorReport } {
  const stack = debug && error instanceof Error ? error.stack : undefined;
  if (error instanceof AffinityError) {
    const { code, message, hint, problems } = error;
    const text = `error: ${error.describe()}`;
    return { text: stack ? `${text}\n${stack}` : text, json: { error: { code, message, hint, problems, stack } } };
  }
  if (error instanceof CommanderError) {
    const [message, ...advice] = error.message.replace(/^error: /, "").split("\n");
    const meant = /Did you mean (?:one of )?(.+)\?/.exec(advice.join(" "))?.[1];
    const hint = `${meant ? `did you mean ${meant}? ` : ""}see vsphere-affinity ${command ? `${command} ` : ""}--help`;
    return {
      text: `error: ${message} [USAGE]\n  hint: ${hint}`,
      json: { error: { code: "USAGE", message, hint, problems: [] } },
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  const { name, bugs } = packageInfo();
  const where = bugs?.url ? ` at ${bugs.url}` : "";
  const how = debug ? "" : ", with the output of the same command with --debug";
  const hint = `this is a defect of ${name}: please report it${where}${how}`;
  const text = `error: ${message} [INTERNAL]\n  hint: ${hint}`;
  return {
    text: stack ? `${text}\n${stack}` : text,
    json: { error: { code: "INTERNAL", message, hint, problems: [], stack } },
  };
}
