import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { AffinityError } from "../errors";
import { type Plan, planSchema } from "../planner/plan";
import type { Reservation } from "../planner/request";
import { SharedFile } from "./file";
import type { Journal, Proposal } from "./journal";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS reservations (
    cluster VARCHAR NOT NULL, owner VARCHAR NOT NULL, virtual_machine VARCHAR NOT NULL,
    host VARCHAR NOT NULL, vcpus INTEGER NOT NULL, memory_mb DOUBLE NOT NULL);
  CREATE TABLE IF NOT EXISTS saved_plans (
    digest VARCHAR PRIMARY KEY, cluster VARCHAR NOT NULL, number BIGINT NOT NULL, plan VARCHAR NOT NULL);
  CREATE TABLE IF NOT EXISTS shown (
    owner VARCHAR PRIMARY KEY, plan VARCHAR NOT NULL, proposal VARCHAR NOT NULL);`;

type Rows = Promise<Record<string, DuckDBValue>[]>;
const rowsOf = async (db: DuckDBConnection, sql: string, values: DuckDBValue[]): Rows =>
  (await db.runAndReadAll(sql, values)).getRowObjects();

async function othersRoom(db: DuckDBConnection, cluster: string, owner: string): Promise<Reservation[]> {
  const sql = `SELECT owner, virtual_machine, host, vcpus, memory_mb FROM reservations
    WHERE cluster = $1 AND owner <> $2 ORDER BY owner, virtual_machine`;
  return (await rowsOf(db, sql, [cluster, owner])).map((row) => ({
    owner: String(row.owner),
    virtualMachine: String(row.virtual_machine),
    host: String(row.host),
    vcpus: Number(row.vcpus),
    memoryMb: Number(row.memory_mb),
  }));
}

function roomTaken(owner: string, taken: readonly Reservation[]): AffinityError {
  return new AffinityError({
    code: "ROOM_TAKEN",
    message: `hosts that ${owner} was planned for have been promised to others since`,
    problems: taken.map((other) => ({ path: other.host, message: `${other.virtualMachine} of ${other.owner}` })),
    hint: "run the preview again: it plans around them",
  });
}

class DuckDbJournal implements Journal {
  readonly name: string;
  private readonly file: SharedFile;

  constructor(
    path: string,
    private readonly plansKept: number,
  ) {
    this.file = new SharedFile(path, SCHEMA);
    this.name = this.file.path;
  }

  reservations(cluster: string, exceptOwner = ""): Promise<Reservation[]> {
    return this.file.read([], (db) => othersRoom(db, cluster, exceptOwner));
  }

  reserve(
    cluster: string,
    owner: string,
    reservations: readonly Reservation[],
    knows: (other: Reservation) => boolean = () => true,
  ): Promise<void> {
    return this.file.write(async (db) => {
      const hosts = new Set(reservations.map(({ host }) => host));
      const taken = (await othersRoom(db, cluster, owner)).filter((other) => hosts.has(other.host) && !knows(other));
      if (taken.length > 0) throw roomTaken(owner, taken);
      await db.run("DELETE FROM reservations WHERE owner = $1", [owner]);
      for (const { virtualMachine, host, vcpus, memoryMb } of reservations) {
        const values = [cluster, owner, virtualMachine, host, vcpus, memoryMb];
        await db.run("INSERT INTO reservations VALUES ($1, $2, $3, $4, $5, $6)", values);
      }
    });
  }

  async release(owner: string): Promise<void> {
    if (await this.file.isAbsent()) return;
    await this.file.write(async (db) => {
      await db.run("DELETE FROM reservations WHERE owner = $1", [owner]);
      await db.run("DELETE FROM shown WHERE owner = $1", [owner]);
    });
  }

  savePlan(plan: Plan): Promise<void> {
    return this.file.write(async (db) => {
      const cluster = `${plan.source}/${plan.cluster.id}`;
      const values = [plan.digest, cluster, JSON.stringify(plan)];
      await db.run(
        `INSERT OR REPLACE INTO saved_plans
           SELECT $1, $2, (SELECT coalesce(max(number), 0) + 1 FROM saved_plans), $3`,
        values,
      );
      await db.run(
        `DELETE FROM saved_plans WHERE cluster = $1 AND digest NOT IN (SELECT plan FROM shown) AND digest NOT IN
           (SELECT digest FROM saved_plans WHERE cluster = $1 ORDER BY number DESC LIMIT ${this.plansKept})`,
        [cluster],
      );
    });
  }

  loadPlan(digest: string): Promise<Plan | null> {
    return this.plan("SELECT plan FROM saved_plans WHERE digest = $1", digest);
  }

  latestPlan(cluster: string): Promise<Plan | null> {
    return this.plan("SELECT plan FROM saved_plans WHERE cluster = $1 ORDER BY number DESC LIMIT 1", cluster);
  }

  propose(owner: string, proposal: Proposal): Promise<void> {
    return this.file.write(async (db) => {
      const values = [owner, proposal.plan, JSON.stringify(proposal)];
      await db.run("INSERT OR REPLACE INTO shown VALUES ($1, $2, $3)", values);
    });
  }

  proposal(owner: string): Promise<Proposal | null> {
    return this.file.read(null, async (db) => {
      const row = (await rowsOf(db, "SELECT proposal FROM shown WHERE owner = $1", [owner]))[0];
      return row ? (JSON.parse(String(row.proposal)) as Proposal) : null;
    });
  }

  private plan(sql: string, value: string): Promise<Plan | null> {
    return this.file.read(null, async (db) => {
      const row = (await rowsOf(db, sql, [value]))[0];
      return row ? (planSchema.safeParse(JSON.parse(String(row.plan))).data ?? null) : null;
    });
  }
}

/**
 * The journal in the DuckDB file `path`, which the first write makes.
 * @param plansKept per cluster, besides those of the owners' last proposals
 */
export function openJournal(path: string, { plansKept = 100 } = {}): Journal {
  return new DuckDbJournal(path, plansKept);
}
