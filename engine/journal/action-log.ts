import { randomUUID } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { AffinityError } from "../errors";

/** What is about to be done in a vCenter. */
export const intentSchema = z.strictObject({
  id: z.string().min(1),
  /** Epoch seconds. */
  at: z.number().int(),
  cluster: z.string().describe("The inventory's source, a slash and the cluster's id, as everywhere in the journal"),
  owner: z.string().describe("The resource or run that acts"),
  kind: z.string().describe("Such as relocate, add-rule, remove-rule, create-pool"),
  subject: z.string().describe("Id of the VM, name of the rule or pool"),
  /** What is needed to find out afterwards whether it was done, and to take it back. */
  detail: z.record(z.string(), z.unknown()),
});
export type Intent = z.infer<typeof intentSchema>;

/** How it ended. `unknown`: our process ended meanwhile, and the vCenter has not been asked yet. */
export const outcomeSchema = z.strictObject({
  id: z.string().min(1),
  at: z.number().int(),
  result: z.enum(["done", "failed", "reverted", "skipped"]),
  text: z.string().default(""),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export interface LoggedAction extends Intent {
  /** Null while it is under way, or if the process that did it is gone. */
  readonly outcome: Outcome | null;
}

const lineSchema = z.union([z.strictObject({ intent: intentSchema }), z.strictObject({ outcome: outcomeSchema })]);

/**
 * The log of everything done to a vCenter: an intent before, an outcome after. One JSON object a line, only ever
 * appended to and flushed to the disk before the action begins, so that no process waits for another's lock and a crash
 * loses at most a line that is not complete. Anything that reads NDJSON reads it, DuckDB's `read_ndjson` among them.
 */
export class ActionLog {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /**
   * Written before the action: without a record there is no action.
   * @throws AffinityError JOURNAL_FULL, JOURNAL_UNUSABLE
   */
  async intend(intent: Omit<Intent, "id">): Promise<Intent> {
    const whole = { ...intent, id: randomUUID() };
    await this.append({ intent: whole });
    return whole;
  }

  /** @throws AffinityError JOURNAL_FULL, JOURNAL_UNUSABLE; the intent then stands open, and a later run asks the vCenter. */
  conclude(outcome: z.input<typeof outcomeSchema>): Promise<void> {
    return this.append({ outcome });
  }

  /** All actions in the order of their intents; empty where there is no log yet. */
  async actions(): Promise<LoggedAction[]> {
    const text = await readFile(this.path, "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw unusable(this.path, error);
    });
    const actions = new Map<string, LoggedAction>();
    for (const line of text.split("\n")) {
      const entry = parse(line);
      if (!entry) continue;
      if ("intent" in entry) actions.set(entry.intent.id, { ...entry.intent, outcome: null });
      else {
        const action = actions.get(entry.outcome.id);
        if (action) actions.set(action.id, { ...action, outcome: entry.outcome });
      }
    }
    return [...actions.values()];
  }

  /** Those without an outcome: under way, or left by a process that is gone. */
  async open(): Promise<LoggedAction[]> {
    return (await this.actions()).filter(({ outcome }) => outcome === null);
  }

  private async append(entry: z.input<typeof lineSchema>): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      const file = await open(this.path, "a");
      try {
        // A line feed first: what a crash left of a line before must not swallow this one.
        const bytes = Buffer.from(`\n${JSON.stringify(entry)}\n`);
        const { bytesWritten } = await file.write(bytes);
        if (bytesWritten < bytes.length) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (error) {
      throw unusable(this.path, error);
    }
  }
}

/** Null for an empty line, one that a crash cut short, and one of a later version. */
function parse(line: string): z.output<typeof lineSchema> | null {
  if (line === "") return null;
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function unusable(path: string, cause: unknown): AffinityError {
  const full = ["ENOSPC", "EDQUOT", "EFBIG"].includes((cause as NodeJS.ErrnoException).code ?? "");
  return new AffinityError({
    code: full ? "JOURNAL_FULL" : "JOURNAL_UNUSABLE",
    message: full ? `there is no room for the action log ${path}` : `the action log ${path} cannot be used`,
    hint: full ? "make room on its disk: nothing is done that isn't recorded first" : "check the file and its folder",
    cause,
  });
}
