import { randomUUID } from "node:crypto";
import { link, mkdir, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { ExponentialBackoff, handleWhen, type IPolicy, retry } from "cockatiel";
import { AffinityError } from "../errors";

const isLock = (error: unknown) => error instanceof Error && /could not set lock|conflicting lock/i.test(error.message);
const isFull = (error: unknown) =>
  error instanceof Error && /no space left|disk quota|file too large|max_temp_directory/i.test(error.message);
const lacksTable = (error: unknown) =>
  error instanceof Error && /Table with name \w+ does not exist/.test(error.message);
const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? "";
const isAbsent = (error: unknown) => ["ENOENT", "ENOTDIR"].includes(codeOf(error));

/**
 * What is under way on each file in this process. DuckDB's locks hold between processes only: two instances of one file
 * in one process each write what they know, and what the other wrote is lost.
 */
const queues = new Map<string, Promise<unknown>>();

/**
 * A DuckDB file of several processes. Such a file has one writing process at a time, so it is opened for one unit of
 * work and closed again, and another process's turn is waited for (about 15 s at most).
 */
export class SharedFile {
  readonly path: string;
  private readonly turn: IPolicy = retry(handleWhen(isLock), {
    maxAttempts: 30,
    backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 1000 }),
  });

  constructor(
    path: string,
    private readonly schema: string,
  ) {
    this.path = resolve(path);
  }

  async isAbsent(): Promise<boolean> {
    try {
      await stat(this.path);
      return false;
    } catch (error) {
      if (isAbsent(error)) return true;
      throw this.failure(error);
    }
  }

  /**
   * `empty` where there is no file, or only one of an earlier version that lacks the table. Reading makes no file and
   * changes none, so it works where the file system is read-only.
   */
  read<T>(empty: T, work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      if (await this.isAbsent()) return empty;
      try {
        return await this.open(this.path, { access_mode: "READ_ONLY" }, work);
      } catch (error) {
        if (lacksTable(error)) return empty;
        throw error;
      }
    });
  }

  /** All of `work`, or nothing. Makes the file and its folder if need be. */
  write(work: (db: DuckDBConnection) => Promise<void>): Promise<void> {
    return this.inTurn(async () => {
      if (await this.isAbsent()) await this.make();
      await this.open(this.path, {}, async (db) => {
        await db.run(this.schema);
        await db.run("BEGIN TRANSACTION");
        await work(db);
        await db.run("COMMIT");
      });
    });
  }

  /** Made elsewhere and put in its place whole: a process killed meanwhile would leave what DuckDB can't open again. */
  private async make(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const draft = `${this.path}.${randomUUID()}.part`;
    try {
      await this.open(draft, {}, (db) => db.run(this.schema));
      await link(draft, this.path);
    } catch (error) {
      // Another process was first, or the file system has no links: then it is made in its place.
      if (!["EEXIST", "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(codeOf(error))) throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  private async open<T>(
    path: string,
    options: Record<string, string>,
    work: (db: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    const instance = await this.turn.execute(() => DuckDBInstance.create(path, options));
    try {
      const connection = await instance.connect();
      try {
        return await work(connection);
      } finally {
        connection.closeSync();
      }
    } finally {
      instance.closeSync();
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = (queues.get(this.path) ?? Promise.resolve()).then(work).catch((error: unknown) => {
      throw this.failure(error);
    });
    queues.set(
      this.path,
      run.catch(() => undefined),
    );
    return run;
  }

  private failure(cause: unknown): AffinityError {
    if (cause instanceof AffinityError) return cause;
    const failed = (code: string, message: string, hint: string) => new AffinityError({ code, message, hint, cause });
    if (isLock(cause)) {
      const hint = "wait for the other run to end, or give each stack that shares no cluster a journal of its own";
      return failed("JOURNAL_LOCKED", `another process holds the journal ${this.path}`, hint);
    }
    if (isFull(cause)) {
      const hint = "make room on its disk; what was in the journal is still there";
      return failed("JOURNAL_FULL", `there is no room for the journal ${this.path}`, hint);
    }
    const hint =
      "check the file and its folder; a damaged journal may be moved away: room promised to other stacks is then forgotten";
    return failed("JOURNAL_UNUSABLE", `the journal ${this.path} cannot be used`, hint);
  }
}
