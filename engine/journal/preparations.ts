import { SharedFile } from "./file";

/** A window in which a preparation was asked for, and what came of it. */
export interface PreparationWindow {
  /** project/stack/name of the resource. */
  readonly owner: string;
  /** The inventory's source, a slash and the cluster's id. */
  readonly cluster: string;
  /** Epoch seconds. */
  readonly from: number;
  readonly until: number;
  /** Of a request within it, as was said at its start; null where nobody could say. */
  readonly probability: number | null;
  readonly prepared: boolean;
  /** Whether a request came; null while that isn't known. */
  readonly requested: boolean | null;
}

/** How long a shadow request took on a host. */
export interface ProbeResult {
  readonly cluster: string;
  /** Id of the host. */
  readonly host: string;
  /** What was made: "small VM", or the template's id. Only like is compared with like. */
  readonly kind: string;
  /** Epoch seconds. */
  readonly at: number;
  /** Until it was powered on; null where it could not be. */
  readonly seconds: number | null;
}

/** A decision that a preview showed: the update that follows carries it out if what it rests on is still the same. */
export interface PreparationProposal<Decision> {
  /** Digest of what was asked, and of what says whether a request is likely. */
  readonly asked: string;
  /** Digest of the inventory that hosts were chosen from. */
  readonly basis: string;
  /** Epoch seconds: the instant that was decided for, and until when it holds. */
  readonly asOf: number;
  readonly validUntil: number;
  readonly decision: Decision;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS preparation_windows (
    owner VARCHAR NOT NULL, cluster VARCHAR NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
    probability DOUBLE, prepared BOOLEAN NOT NULL, requested BOOLEAN, PRIMARY KEY (owner, from_at));
  CREATE TABLE IF NOT EXISTS preparation_probes (
    cluster VARCHAR NOT NULL, host VARCHAR NOT NULL, kind VARCHAR NOT NULL, made_at BIGINT NOT NULL, seconds DOUBLE,
    PRIMARY KEY (cluster, host, kind, made_at));
  CREATE TABLE IF NOT EXISTS preparation_proposals (owner VARCHAR PRIMARY KEY, proposal VARCHAR NOT NULL);`;

/** What preparations were made and how they did, in the journal's DuckDB file. */
export class PreparationLog {
  private readonly file: SharedFile;

  constructor(path: string) {
    this.file = new SharedFile(path, SCHEMA);
  }

  /** Windows of one owner don't overlap: one that begins while another lasts is that one, prepared since. */
  recordWindow({ owner, cluster, from, until, probability, prepared }: Omit<PreparationWindow, "requested">) {
    return this.file.write(async (db) => {
      const within = "owner = $1 AND from_at <= $2 AND until_at > $2";
      const reader = await db.runAndReadAll(`SELECT from_at, prepared FROM preparation_windows WHERE ${within}`, [
        owner,
        BigInt(from),
      ]);
      const [last] = reader.getRowObjects();
      if (!last) {
        const values = [owner, cluster, BigInt(from), BigInt(until), probability, prepared];
        await db.run("INSERT OR REPLACE INTO preparation_windows VALUES ($1, $2, $3, $4, $5, $6, NULL)", values);
      } else if (prepared && last.prepared !== true) {
        const values = [owner, BigInt(Number(last.from_at)), probability];
        await db.run(
          "UPDATE preparation_windows SET prepared = true, probability = $3 WHERE owner = $1 AND from_at = $2",
          values,
        );
      }
    });
  }

  /** Writes beside windows that are over by `now` whether a request came; `judge` gives null where nobody can tell. */
  async settle(owner: string, now: number, judge: (window: PreparationWindow) => boolean | null): Promise<void> {
    const open = (await this.windows(owner)).filter(({ until, requested }) => requested === null && until <= now);
    const judged = open.flatMap((window) => {
      const requested = judge(window);
      return requested === null ? [] : [{ ...window, requested }];
    });
    if (judged.length === 0) return;
    await this.file.write(async (db) => {
      for (const { from, requested } of judged) {
        const values = [owner, BigInt(from), requested];
        await db.run("UPDATE preparation_windows SET requested = $3 WHERE owner = $1 AND from_at = $2", values);
      }
    });
  }

  /** An owner's windows, oldest first; of all owners where none is given. */
  windows(owner?: string): Promise<PreparationWindow[]> {
    return this.file.read<PreparationWindow[]>([], async (db) => {
      const where = owner === undefined ? "" : "WHERE owner = $1";
      const sql = `SELECT * FROM preparation_windows ${where} ORDER BY owner, from_at`;
      const reader = await db.runAndReadAll(sql, owner === undefined ? [] : [owner]);
      return reader.getRowObjects().map((row) => ({
        owner: String(row.owner),
        cluster: String(row.cluster),
        from: Number(row.from_at),
        until: Number(row.until_at),
        probability: row.probability === null ? null : Number(row.probability),
        prepared: row.prepared === true,
        requested: row.requested === null ? null : row.requested === true,
      }));
    });
  }

  recordProbes(probes: readonly ProbeResult[]): Promise<void> {
    if (probes.length === 0) return Promise.resolve();
    return this.file.write(async (db) => {
      for (const { cluster, host, kind, at, seconds } of probes) {
        const values = [cluster, host, kind, BigInt(at), seconds];
        await db.run("INSERT OR REPLACE INTO preparation_probes VALUES ($1, $2, $3, $4, $5)", values);
      }
    });
  }

  /** The probes of a cluster, oldest first. */
  probes(cluster: string): Promise<ProbeResult[]> {
    return this.file.read<ProbeResult[]>([], async (db) => {
      const sql = "SELECT * FROM preparation_probes WHERE cluster = $1 ORDER BY made_at, host, kind";
      const reader = await db.runAndReadAll(sql, [cluster]);
      return reader.getRowObjects().map((row) => ({
        cluster: String(row.cluster),
        host: String(row.host),
        kind: String(row.kind),
        at: Number(row.made_at),
        seconds: row.seconds === null ? null : Number(row.seconds),
      }));
    });
  }

  /** Keeps what was shown last, in place of what was shown before. */
  propose<Decision>(owner: string, proposal: PreparationProposal<Decision>): Promise<void> {
    return this.file.write(async (db) => {
      await db.run("INSERT OR REPLACE INTO preparation_proposals VALUES ($1, $2)", [owner, JSON.stringify(proposal)]);
    });
  }

  /** What the owner was shown last; null if nothing. */
  proposal<Decision>(owner: string): Promise<PreparationProposal<Decision> | null> {
    return this.file.read<PreparationProposal<Decision> | null>(null, async (db) => {
      const reader = await db.runAndReadAll("SELECT proposal FROM preparation_proposals WHERE owner = $1", [owner]);
      const [row] = reader.getRowObjects();
      return row ? (JSON.parse(String(row.proposal)) as PreparationProposal<Decision>) : null;
    });
  }
}
