import { Command, CommanderError } from "commander";
import type { CliCommand, CommonFlags, Context } from "./command";
import { commands } from "./commands";
import { reportError } from "./errors";
import { EXIT_CODE_HELP, ExitCode } from "./exit";
import { Output, type Terminal } from "./output";
import { packageInfo } from "./package-info";
import { isTracingAsked } from "../provider/tracing/target";
import { lazy } from "./lazy";
import { Steps } from "./progress";

export interface Invocation {
  /** Without the interpreter and the script. */
  readonly args: readonly string[];
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Runs one command line and gives its exit code. Never throws. */
export async function runProgram(invocation: Invocation): Promise<ExitCode> {
  const { args, terminal, signal } = invocation;
  // Known before the command line is parsed, since the parser's own errors obey them too.
  const output = new Output(terminal, args.includes("--json"), invocation.environment);
  const debug = args.includes("--debug");
  let exitCode: ExitCode = ExitCode.clean;
  const program = createProgram(terminal, async (command, flags, operands) => {
    const context: Context = { output, steps: new Steps(output), signal, environment: invocation.environment };
    exitCode = await inSpan(command.name, output, invocation.environment, () => command.run(context, flags, operands));
  });
  try {
    if (args.length === 0) {
      output.error(program.helpInformation());
      return ExitCode.error;
    }
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    // `--help` and `--version` leave by an exception too.
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.clean;
    if (signal.aborted) {
      output.error(
        output.json
          ? JSON.stringify({ error: { code: "INTERRUPTED", message: "interrupted", problems: [] } })
          : "interrupted",
      );
      return ExitCode.error;
    }
    const command = commands.find(({ name }) => name === args[0])?.name;
    return reportError(error, output, debug, command);
  }
}

/** The command as a span of its own, where OpenTelemetry's variables ask for traces; nothing is loaded where not. */
async function inSpan(
  command: string,
  output: Output,
  environment: Invocation["environment"],
  run: () => Promise<ExitCode>,
): Promise<ExitCode> {
  if (!isTracingAsked(environment)) return run();
  const tracing = lazy.tracing().startTracing(environment, {
    version: packageInfo().version,
    onFailure: (why) => output.note(`warning: traces can't be sent: ${why}`),
  });
  try {
    return await lazy.traced().traced(`vsphere-affinity ${command}`, {}, async (span) => {
      const code = await run();
      span.setAttribute("process.exit.code", code);
      return code;
    });
  } finally {
    await tracing?.stop();
  }
}

type Run = (command: CliCommand, flags: CommonFlags, operands: readonly string[]) => Promise<void>;

function createProgram(terminal: Terminal, run: Run): Command {
  const program = new Command("vsphere-affinity")
    .description("Placement and migration of vSphere virtual machines, decided from their telemetry.")
    .version(packageInfo().version);
  const quiet = (command: Command) =>
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({
        writeOut: (text) => terminal.stdout.write(text),
        // The error is told once, by reportError.
        writeErr: () => undefined,
      });
  quiet(program);
  program.addHelpText("after", `\n${EXIT_CODE_HELP}`);
  for (const definition of commands) {
    const command = quiet(program.command(definition.name).description(definition.summary));
    definition.configure(command);
    command
      .option("--json", "write the result, and an error, as JSON")
      .option("--debug", "show the stack of an error")
      .addHelpText(
        "after",
        `\nExamples:\n${definition.examples.map((line) => `  $ ${line}`).join("\n")}\n\n${EXIT_CODE_HELP}`,
      )
      .action(async (...given: unknown[]) => {
        // Commander hands over the arguments, the options and the command.
        const operands = given.slice(0, -2).filter((value): value is string => typeof value === "string");
        await run(definition, given.at(-2) as CommonFlags, operands);
      });
  }
  return program;
}
