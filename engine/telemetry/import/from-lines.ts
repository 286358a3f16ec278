import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { PassThrough } from "node:stream";
import { createGunzip } from "node:zlib";
import { AffinityError } from "../../errors";
import type { TelemetryWriter } from "../writer";
import { unreadable } from "./errors";
import { LineSyntaxError, parseHead, parseLine, type Line } from "./line-protocol";
import { fieldInScope, measurementInScope } from "./scope";
import type { Tally } from "./tally";
import type { ImportOptions, ImportSource } from "./types";

type LineSource = Extract<ImportSource, { lineProtocol: string }>;

/** Digits of a time stamp below a microsecond (negative: digits that lack). */
const DIGITS = { ns: 3, us: 0, ms: -3, s: -6 } as const;

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
      let number = 0;
      let rest = "";
      for await (const chunk of chunks) {
        options.signal?.throwIfAborted();
        const lines = `${rest}${chunk}`.split("\n");
        rest = lines.pop()!;
        for (const line of lines) importer.take(line, ++number);
        await writer.settle();
        options.onProgress?.(file.bytesRead, size, path);
      }
      importer.take(rest, ++number);
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

  constructor(
    private readonly writer: TelemetryWriter,
    private readonly tally: Tally,
    private readonly options: ImportOptions,
    private readonly precision: keyof typeof DIGITS,
  ) {}

  take(text: string, number: number): void {
    try {
      const line = parseLine(text);
      if (line) this.takeLine(line);
    } catch (error) {
      if (!(error instanceof LineSyntaxError)) throw error;
      this.tally.bad(`line ${number}`, error.message);
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
    const micros =
      digits > 0 ? Math.floor(Number(timestamp.slice(0, -digits) || "0")) : Number(timestamp) * 10 ** -digits;
    if (!Number.isSafeInteger(micros)) throw new LineSyntaxError(`time stamp ${timestamp} is out of range`);
    return micros;
  }
}
