import type { Writable } from "node:stream";
import { wrap } from "./wrap";

export interface Terminal {
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
}

const DEFAULT_COLUMNS = 80;

/** Data goes to standard output; progress, notes and errors go to standard error. */
export class Output {
  constructor(
    private readonly terminal: Terminal,
    readonly json: boolean,
    private readonly environment: Readonly<Record<string, string | undefined>> = {},
  ) {}

  /** Width that tables fit into; 80 where the output is piped. */
  get columns(): number {
    return (this.terminal.stdout.isTTY && this.terminal.stdout.columns) || DEFAULT_COLUMNS;
  }

  /** Width that prose is wrapped to: the terminal's; a pipe gets whole lines, for `grep`. */
  get proseColumns(): number {
    return this.terminal.stdout.isTTY ? this.columns : Infinity;
  }

  /** Whether somebody watches standard error on a terminal that can draw over itself. */
  get interactive(): boolean {
    return this.terminal.stderr.isTTY === true && this.environment.TERM !== "dumb" && !this.environment.CI;
  }

  get stderr(): Terminal["stderr"] {
    return this.terminal.stderr;
  }

  /** The result: as JSON where `--json` is set, else as text. */
  result(value: unknown, text: () => string): void {
    this.terminal.stdout.write(this.json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`);
  }

  /** One line of a result that is told as it comes; callers give the whole by `result` where `json` is set. */
  line(text: string): void {
    this.terminal.stdout.write(`${text}\n`);
  }

  /** A note for a person. With `--json` nobody but a terminal gets it, so that standard error holds only the error. */
  note(text: string): void {
    if (this.json && !this.interactive) return;
    const { isTTY, columns = DEFAULT_COLUMNS } = this.terminal.stderr;
    const lines = text.split("\n");
    const shown = isTTY ? lines.flatMap((line) => wrap(line, columns, "  ")) : lines;
    this.terminal.stderr.write(`${shown.join("\n")}\n`);
  }

  error(text: string): void {
    this.terminal.stderr.write(`${text}\n`);
  }
}
