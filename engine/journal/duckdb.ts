import { access, mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { ExponentialBackoff, handleWhen, type IPolicy, retry } from "cockatiel";
import { AffinityError } from "../errors";
import { type Plan, planSchema } from "../planner/plan";
import type { Reservation } from "../planner/request";
import type { Journal, Proposal } from "./journal";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS reservations (
    cluster VARCHAR NOT NULL, owner VARCHAR NOT NULL, virtual_machine VARCHAR NOT NULL,
    host VARCHAR NOT NULL, vcpus INTEGER NOT NULL, memory_mb DOUBLE NOT NULL);
  CREATE TABLE IF NOT EXISTS plans (
    digest VARCHAR PRIMARY KEY, cluster VARCHAR NOT NULL, as_of BIGINT NOT NULL, plan VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS proposals (
    owner VARCHAR PRIMARY KEY, request VARCHAR NOT NULL, basis VARCHAR NOT NULL, plan VARCHAR NOT NULL, proposed_at BIGINT NOT NULL);`;

/** Plans kept per cluster; what a state refers to is among the newest. */
const PLANS_KEPT = 100;

const isLock = (error: unknown) => error instanceof Error && /could not set lock|conflicting lock/i.test(error.message);
const isAbsent = (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOENT";

/**
 * The journal in a DuckDB file. A file of DuckDB has one writing process at a time: it is opened for one unit of work
 * and closed again, and another process's turn is waited for (about 15 s at most).
 */
class DuckDbJournal implements Journal {
  readonly name: string;
  private readonly turn: IPolicy = retry(handleWhen(isLock), {
    maxAttempts: 30,
    backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 1000 }),
  });
  private queue: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.name = resolve(path);
  }

  reservations(cluster: string, exceptOwner = ""): Promise<Reservation[]> {
    return this.read([], async (db) => {
      const rows = await db.runAndReadAll(
        `SELECT owner, virtual_machine, host, vcpus, memory_mb FROM reservations
         WHERE cluster = $1 AND owner <> $2 ORDER BY owner, virtual_machine`,
        [cluster, exceptOwner],
      );
      return rows.getRowObjects().map((row) => ({
        owner: String(row.owner),
        virtualMachine: String(row.virtual_machine),
        host: String(row.host),
        vcpus: Number(row.vcpus),
        memoryMb: Number(row.memory_mb),
      }));
    });
  }

  reserve(cluster: string, owner: string, reservations: readonly Reservation[]): Promise<void> {
    return this.write(async (db) => {
      await db.run("DELETE FROM reservations WHERE owner = $1", [owner]);
      for (const { virtualMachine, host, vcpus, memoryMb } of reservations) {
        await db.run("INSERT INTO reservations VALUES ($1, $2, $3, $4, $5, $6)", [
          cluster,
          owner,
          virtualMachine,
          host,
          vcpus,
          memoryMb,
        ]);
      }
    });
  }

  release(owner: string): Promise<void> {
    return this.write(async (db) => {
      await db.run("DELETE FROM reservations WHERE owner = $1", [owner]);
      await db.run("DELETE FROM proposals WHERE owner = $1", [owner]);
    });
  }

  savePlan(plan: Plan): Promise<void> {
    return this.write(async (db) => {
      await db.run("INSERT OR REPLACE INTO plans VALUES ($1, $2, $3, $4)", [
        plan.digest,
        plan.cluster.id,
        BigInt(plan.asOf),
        JSON.stringify(plan),
      ]);
      await db.run(
        `DELETE FROM plans WHERE cluster = $1 AND digest NOT IN
           (SELECT digest FROM plans WHERE cluster = $1 ORDER BY as_of DESC, digest LIMIT ${PLANS_KEPT})`,
        [plan.cluster.id],
      );
    });
  }

  loadPlan(digest: string): Promise<Plan | null> {
    return this.read(null, async (db) => {
      const rows = await db.runAndReadAll("SELECT plan FROM plans WHERE digest = $1", [digest]);
      const row = rows.getRowObjects()[0];
      return row ? planSchema.parse(JSON.parse(String(row.plan))) : null;
    });
  }

  propose(owner: string, { request, basis, plan, proposedAt }: Proposal): Promise<void> {
    return this.write(async (db) => {
      await db.run("INSERT OR REPLACE INTO proposals VALUES ($1, $2, $3, $4, $5)", [
        owner,
        request,
        basis,
        plan,
        BigInt(proposedAt),
      ]);
    });
  }

  proposal(owner: string): Promise<Proposal | null> {
    return this.read(null, async (db) => {
      const rows = await db.runAndReadAll("SELECT request, basis, plan, proposed_at FROM proposals WHERE owner = $1", [
        owner,
      ]);
      const row = rows.getRowObjects()[0];
      if (!row) return null;
      return {
        request: String(row.request),
        basis: String(row.basis),
        plan: String(row.plan),
        proposedAt: Number(row.proposed_at),
      };
    });
  }

  /** A journal that is not there yet is an empty one: reading never makes a file. */
  private async read<T>(empty: T, work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
    try {
      await access(this.name);
    } catch (error) {
      if (isAbsent(error)) return empty;
      throw this.failure(error);
    }
    return this.use(async (db) => {
      await db.run(SCHEMA);
      return work(db);
    });
  }

  private write(work: (db: DuckDBConnection) => Promise<void>): Promise<void> {
    return this.use(async (db) => {
      await db.run(SCHEMA);
      await db.run("BEGIN TRANSACTION");
      await work(db);
      await db.run("COMMIT");
    });
  }

  private use<T>(work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
    const run = this.queue.then(async () => {
      try {
        await mkdir(dirname(this.name), { recursive: true });
        const instance = await this.turn.execute(() => DuckDBInstance.create(this.name));
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
      } catch (error) {
        throw this.failure(error);
      }
    });
    this.queue = run.catch(() => undefined);
    return run;
  }

  private failure(error: unknown): AffinityError {
    if (error instanceof AffinityError) return error;
    return new AffinityError({
      code: isLock(error) ? "JOURNAL_LOCKED" : "JOURNAL_UNUSABLE",
      message: isLock(error)
        ? `another process holds the journal ${this.name}`
        : `the journal ${this.name} cannot be used`,
      hint: isLock(error)
        ? "wait for the other run to end, or give each stack that shares no cluster a journal of its own"
        : "check the file and its folder; a damaged journal may be moved away: room promised to other stacks is then forgotten",
      cause: error,
    });
  }
}

/** The journal in the DuckDB file `path`, which the first write makes. */
export function openJournal(path: string): Journal {
  return new DuckDbJournal(path);
}
