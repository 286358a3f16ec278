import { createHash } from "node:crypto";
import { open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { AffinityError } from "../errors";
import { SharedFile } from "./file";

/** One point of a time series; times in nanoseconds, since a second may hold many. */
export interface MirrorPoint {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string | number>>;
  readonly timestamp: bigint;
}

/** Where the journal's records are copied to. The same point written twice is one point. */
export interface MirrorTarget {
  /** @throws AffinityError where they can't be written; then none of them counts as written. */
  write(points: readonly MirrorPoint[], signal?: AbortSignal): Promise<void>;
}

const cursorSchema = z.strictObject({
  /** Bytes of the log of actions that were copied. */
  actions: z.number().int().nonnegative(),
});

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS mirrored (
    kind VARCHAR NOT NULL, key VARCHAR NOT NULL, said_at BIGINT NOT NULL, complete BOOLEAN NOT NULL,
    PRIMARY KEY (kind, key, said_at));`;

/** Points of one request. */
const BATCH = 1000;
const SECOND = 1_000_000_000n;

/**
 * Copies the journal to a time series database: the log of actions line by line, what the models said and what came of
 * it, and risk scores. The journal and its log stay the truth: they are written first, and nothing waits for the copy.
 * What could not be copied is copied by a later run, from where the last one ended; what was copied twice is there once,
 * for a record's time and tags are its own.
 */
export class JournalMirror {
  private readonly path: string;
  private readonly file: SharedFile;

  constructor(
    journal: string,
    private readonly target: MirrorTarget,
  ) {
    this.path = resolve(journal);
    this.file = new SharedFile(journal, SCHEMA);
  }

  /**
   * Copies what is there and was not copied yet, as far as it comes.
   * @returns records copied
   * @throws AffinityError of the target and the journal; what was copied until then is remembered.
   */
  async catchUp(signal?: AbortSignal): Promise<number> {
    return (await this.actions(signal)) + (await this.said(signal));
  }

  /** Bytes of the log are the cursor: lines are only ever appended. A cursor that was lost begins anew. */
  private async actions(signal?: AbortSignal): Promise<number> {
    const from = await this.cursor();
    const { lines, rest } = await linesFrom(`${this.path}.actions.ndjson`, from);
    let copied = 0;
    for (let i = 0; i < lines.length; i += BATCH) {
      const part = lines.slice(i, i + BATCH);
      const points = part.flatMap(({ text }) => pointOf(text) ?? []);
      if (points.length > 0) await this.target.write(points, signal);
      await this.keepCursor(part.at(-1)!.end);
      copied += points.length;
    }
    if (lines.length === 0 && rest > from) await this.keepCursor(rest);
    return copied;
  }

  private async cursor(): Promise<number> {
    try {
      return cursorSchema.parse(JSON.parse(await readFile(this.cursorPath, "utf8"))).actions;
    } catch {
      return 0;
    }
  }

  private get cursorPath(): string {
    return `${this.path}.mirror.json`;
  }

  private async keepCursor(actions: number): Promise<void> {
    const draft = `${this.cursorPath}.${process.pid}.part`;
    try {
      await writeFile(draft, JSON.stringify({ actions }));
      await rename(draft, this.cursorPath);
    } catch (cause) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw new AffinityError({
        code: "JOURNAL_UNUSABLE",
        message: `how far the journal was copied can't be written to ${this.cursorPath}`,
        hint: "check its folder and the room on its disk; the next run copies again what it doesn't know of",
        cause,
      });
    }
  }

  /** Predictions, once when they were said and once more with what came true; risk scores. */
  private async said(signal?: AbortSignal): Promise<number> {
    if (await this.file.isAbsent()) return 0;
    let copied = 0;
    for (const { kind, sql, point } of SOURCES) {
      for (;;) {
        const rows = await this.file.read<Record<string, unknown>[]>([], async (db) => {
          const tables = await db.runAndReadAll("SELECT table_name FROM information_schema.tables");
          const names = new Set(tables.getRowObjects().map((row) => String(row.table_name)));
          if (!names.has(kind)) return [];
          const seen = names.has("mirrored") ? "mirrored" : NOTHING;
          return (await db.runAndReadAll(`${sql(seen)} LIMIT ${BATCH}`)).getRowObjects();
        });
        if (rows.length === 0) break;
        await this.target.write(rows.map(point), signal);
        await this.file.write(async (db) => {
          const values = rows.map((_, i) => `('${kind}', $${i * 3 + 1}, $${i * 3 + 2}, $${i * 3 + 3})`);
          await db.run(
            `INSERT OR REPLACE INTO mirrored VALUES ${values.join(", ")}`,
            rows.flatMap((row) => [String(row.key), BigInt(String(row.said_at)), row.complete === true]),
          );
        });
        copied += rows.length;
        if (rows.length < BATCH) break;
      }
    }
    return copied;
  }
}

const NOTHING = "(SELECT '' AS kind, '' AS key, 0::BIGINT AS said_at, false AS complete WHERE false)";

interface Source {
  readonly kind: string;
  /** Rows that were not copied, or not with their outcome. */
  readonly sql: (mirrored: string) => string;
  readonly point: (row: Readonly<Record<string, unknown>>) => MirrorPoint;
}

const SOURCES: readonly Source[] = [
  {
    kind: "predictions",
    sql: (mirrored) => `
      SELECT p.*, concat_ws('|', p.model, p.cluster, p.subject) AS key, p.outcome IS NOT NULL AS complete
      FROM predictions p LEFT JOIN ${mirrored} m
        ON m.kind = 'predictions' AND m.key = concat_ws('|', p.model, p.cluster, p.subject) AND m.said_at = p.said_at
      WHERE m.key IS NULL OR (p.outcome IS NOT NULL AND NOT m.complete) ORDER BY p.said_at, key`,
    point: (row) => ({
      measurement: "affinity_prediction",
      tags: { model: String(row.model), cluster: String(row.cluster), subject: String(row.subject) },
      fields: {
        ...{ value: Number(row.value), unit: String(row.unit), due: Number(row.due) },
        ...(row.outcome !== null && { outcome: Number(row.outcome) }),
      },
      timestamp: BigInt(String(row.said_at)) * SECOND,
    }),
  },
  {
    kind: "risk_scores",
    sql: (mirrored) => `
      SELECT r.*, concat_ws('|', r.cluster, r.subject) AS key, true AS complete
      FROM risk_scores r LEFT JOIN ${mirrored} m
        ON m.kind = 'risk_scores' AND m.key = concat_ws('|', r.cluster, r.subject) AND m.said_at = r.said_at
      WHERE m.key IS NULL ORDER BY r.said_at, key`,
    point: (row) => ({
      measurement: "affinity_risk",
      tags: { cluster: String(row.cluster), subject: String(row.subject) },
      fields: { score: Number(row.score), evidence: String(row.evidence) },
      timestamp: BigInt(String(row.said_at)) * SECOND,
    }),
  },
];

interface Line {
  readonly text: string;
  /** Offset of the byte after its line feed. */
  readonly end: number;
}

/** Whole lines from an offset on; a line that a crash cut short, or that is being written, waits for its line feed. */
async function linesFrom(path: string, from: number): Promise<{ lines: Line[]; rest: number }> {
  let bytes: Buffer;
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      // A log that is shorter than what was copied is another log.
      if (size < from) return await linesFrom(path, 0);
      bytes = Buffer.alloc(size - from);
      await file.read(bytes, 0, bytes.length, from);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { lines: [], rest: from };
    throw error;
  }
  const lines: Line[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    if (end > start) lines.push({ text: bytes.toString("utf8", start, end), end: from + end + 1 });
    start = end + 1;
  }
  return { lines, rest: from + start };
}

const entrySchema = z.union([
  z.object({
    intent: z.object({
      ...{ id: z.string(), at: z.number().int(), cluster: z.string(), owner: z.string(), kind: z.string() },
      ...{ subject: z.string(), detail: z.record(z.string(), z.unknown()) },
    }),
  }),
  z.object({
    outcome: z.object({ id: z.string(), at: z.number().int(), result: z.string(), text: z.string().default("") }),
  }),
]);

/** Null for a line that is damaged or of a later version. */
function pointOf(line: string): MirrorPoint | null {
  let entry: z.output<typeof entrySchema> | undefined;
  try {
    entry = entrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return null;
  }
  if (!entry) return null;
  if ("intent" in entry) {
    const { id, at, cluster, owner, kind, subject, detail } = entry.intent;
    const fields = { id, subject, detail: JSON.stringify(detail) };
    return { measurement: "affinity_intent", tags: { cluster, owner, kind }, fields, timestamp: instantOf(at, id) };
  }
  const { id, at, result, text } = entry.outcome;
  return { measurement: "affinity_outcome", tags: { result }, fields: { id, text }, timestamp: instantOf(at, id) };
}

/** The second of the record, and nanoseconds out of its id: records of one second stay apart, and each stays where it is. */
const instantOf = (at: number, id: string): bigint =>
  BigInt(at) * SECOND + BigInt(createHash("sha256").update(id).digest().readUInt32BE(0) % Number(SECOND));
