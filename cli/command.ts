import type { Command } from "commander";
import type { ExitCode } from "./exit";
import type { Output } from "./output";
import type { Steps } from "./progress";

/** What every command accepts. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** What a command is given to work with. */
export interface Context {
  readonly output: Output;
  readonly steps: Steps;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One command: one file in `commands/`, registered in `commands/index.ts`. */
export interface CliCommand<Flags extends CommonFlags = CommonFlags> {
  readonly name: string;
  readonly summary: string;
  /** Shown below the options by `--help`. */
  readonly examples: readonly string[];
  /** Adds arguments and options. Must load nothing heavy: it runs for every `--help`. */
  configure(command: Command): void;
  /** @throws AffinityError for what the user can mend; anything else is a defect. */
  run(context: Context, flags: Flags, args: readonly string[]): Promise<ExitCode>;
}
