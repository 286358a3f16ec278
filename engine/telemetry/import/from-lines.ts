import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { PassThrough } from "node:stream";
import { createGunzip } from "node:zlib";
import { AffinityError } from "../../errors";
import type { TelemetryWriter } from "../writer";
import { unreadable } from "./errors";
import { LineSyntaxError, OpenStringError, parseHead, parseLine, type Line } from "./line-protocol";
import { LineSplitter } from "./line-splitter";
import { fieldInScope, measurementInScope } from "./scope";
import type { Tally } from "./tally";
import type { ImportOptions, ImportSource } from "./types";

type LineSource = Extract<ImportSource, { lineProtocol: string }>;

/** Digits of a time stamp below a microsecond (negative: digits that lack). */
const DIGITS = { ns: 3, us: 0, ms: -3, s: -6 } as const;

/** Lines that a string may go on for. */
const STRING_LINES = 100;
/** Before any vCenter: a time stamp of seconds, say, that was read as nanoseconds. */
const EARLIEST = Date.UTC(2000, 0) * 1000;

/** A series of the file: its id in the target, or why its rows are left out. */
type Known = { readonly id: number; readonly measurement: string } | "out of scope" | { readonly error: string };

/** Copies a file of line protocol, line by line. */
export async function importLines(
  source: LineSource,
  writer: TelemetryWriter,
  tally: Tally,
  options: ImportOptions,
): Promise<void> {
  const path = source.lineProtocol;
  const { size } = await stat(path).catch((error: unknown) => Promise.reject(unreadable(path, error)));
  const file = createReadStream(path);
  const text = path.endsWith(".gz") ? createGunzip() : new PassThrough();
  text.setEncoding("utf8");
  const importer = new LineImporter(writer, tally, options, source.precision ?? "ns");
  try {
    await pipeline(file, text, async (chunks: AsyncIterable<string>) => {
      const splitter = new LineSplitter(
        (line) => importer.take(line),
        (most) => importer.refuse(`longer than ${most} characters`),
      );
      for await (const chunk of chunks) {
        options.signal?.throwIfAborted();
        splitter.write(chunk);
        await writer.settle();
        options.onProgress?.(file.bytesRead, size, path);
      }
      splitter.end();
      importer.end();
    });
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    // Node's errors of files and of gzip have a code, and so has ours of the target.
    if (error instanceof AffinityError || (error as { code?: unknown }).code === undefined) throw error;
    throw unreadable(path, error);
  }
}

class LineImporter {
  private readonly known = new Map<string, Known>();
  private number = 0;
  /** A row whose string goes on, line by line. */
  private open: string[] = [];

  constructor(
    private readonly writer: TelemetryWriter,
    private readonly tally: Tally,
    private readonly options: ImportOptions,
    private readonly precision: keyof typeof DIGITS,
  ) {}

  /** The next line of the file. */
  take(text: string): void {
    this.number++;
    if (this.open.length > 0) this.goOn(text);
    else this.takeRow(text, this.number);
  }

  /** As `take`, for a line that can't be one. */
  refuse(reason: string): void {
    this.end();
    this.tally.bad(`line ${++this.number}`, reason);
  }

  /** No line follows: a string that is still open stays so. */
  end(): void {
    const [first, ...others] = this.open;
    if (first === undefined) return;
    const number = this.number - others.length;
    this.open = [];
    this.tally.bad(`line ${number}`, "string without an end");
    // The quote was a slip: the lines after it are rows of their own.
    for (const [i, line] of others.entries()) this.takeRow(line, number + 1 + i, false);
  }

  /** A line after one that left a string open: its end, or one more line of it, or neither. */
  private goOn(text: string): void {
    this.open.push(text);
    if (!text.includes('"')) {
      if (this.open.length >= STRING_LINES) this.end();
      return;
    }
    const whole = this.open.join("\n");
    try {
      parseLine(whole);
    } catch (error) {
      if (!(error instanceof LineSyntaxError)) throw error;
      if (!(error instanceof OpenStringError) || this.open.length >= STRING_LINES) this.end();
      return;
    }
    const number = this.number - this.open.length + 1;
    this.open = [];
    this.takeRow(whole, number);
  }

  private takeRow(text: string, number: number, mayGoOn = true): void {
    try {
      // What is no UTF-8 became U+FFFD on the way: different names would be one.
      if (/[\0\uFFFD]/.test(text)) throw new LineSyntaxError("not UTF-8 text");
      const line = parseLine(text);
      if (line) this.takeLine(line);
    } catch (error) {
      if (!(error instanceof LineSyntaxError)) throw error;
      if (error instanceof OpenStringError && mayGoOn) this.open = [text];
      else this.tally.bad(`line ${number}`, error.message);
    }
  }

  private takeLine(line: Line): void {
    const series = this.seriesOf(line.head);
    if (series === "out of scope") {
      this.tally.outOfScope += line.fields.length;
      return;
    }
    if ("error" in series) throw new LineSyntaxError(series.error);
    const micros = this.micros(line.timestamp);
    for (const [name, value] of line.fields) {
      if (typeof value !== "number") this.tally.textFields++;
      else if (!fieldInScope(this.options.scope ?? "metrics", series.measurement, name)) this.tally.outOfScope++;
      else this.writer.put(series.id, this.writer.fieldId(series.measurement, name), micros, value);
    }
  }

  private seriesOf(head: string): Known {
    const known = this.known.get(head) ?? this.newSeries(head);
    this.known.set(head, known);
    return known;
  }

  private newSeries(head: string): Known {
    try {
      const { measurement, tags } = parseHead(head);
      const { scope = "metrics", vcenter } = this.options;
      if (!measurementInScope(scope, measurement)) return "out of scope";
      if (vcenter !== undefined && tags.vcenter !== vcenter) return "out of scope";
      return { id: this.writer.seriesId(measurement, tags), measurement };
    } catch (error) {
      if (error instanceof LineSyntaxError) return { error: error.message };
      throw error;
    }
  }

  private micros(timestamp: string | undefined): number {
    if (timestamp === undefined) throw new LineSyntaxError("no time stamp");
    const digits = DIGITS[this.precision];
    const micros = digits > 0 ? Number(timestamp.slice(0, -digits)) : Number(timestamp) * 10 ** -digits;
    if (!Number.isSafeInteger(micros) || micros < EARLIEST) {
      const shown = timestamp.slice(0, 40);
      throw new LineSyntaxError(`time stamp ${shown} is out of range: is ${this.precision} the file's precision?`);
    }
    return micros;
  }
}
