import { SharedFile } from "./file";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS declarations (
    owner VARCHAR NOT NULL, kind VARCHAR NOT NULL, cluster VARCHAR NOT NULL, state VARCHAR NOT NULL,
    PRIMARY KEY (owner, kind));`;

/** What a resource of some program asks for, and how far it has come: what a scheduled run keeps true in its place. */
export interface Declaration {
  /** project/stack/name of the resource. */
  readonly owner: string;
  /** Its type, such as "Stickiness". */
  readonly kind: string;
  /** The inventory's source, a slash and the cluster's id. */
  readonly cluster: string;
  /** Its inputs and outputs, as the resource's own schema has them. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** The declarations of all stacks, in the journal's DuckDB file. */
export class Declarations {
  private readonly file: SharedFile;

  constructor(path: string) {
    this.file = new SharedFile(path, SCHEMA);
  }

  save({ owner, kind, cluster, state }: Declaration): Promise<void> {
    return this.file.write(async (db) => {
      await db.run("INSERT OR REPLACE INTO declarations VALUES ($1, $2, $3, $4)", [
        owner,
        kind,
        cluster,
        JSON.stringify(state),
      ]);
    });
  }

  /**
   * Forgets it. Where there is no journal, there is nothing to forget.
   * @param cluster only if it is still declared for this one: what replaced it has declared itself for another. Null where
   * the resource's state doesn't say: whichever it is.
   */
  async withdraw(owner: string, kind: string, cluster: string | null): Promise<void> {
    if (await this.file.isAbsent()) return;
    await this.file.write(async (db) => {
      const sql = "DELETE FROM declarations WHERE owner = $1 AND kind = $2";
      if (cluster === null) await db.run(sql, [owner, kind]);
      else await db.run(`${sql} AND cluster = $3`, [owner, kind, cluster]);
    });
  }

  /** Those for a vCenter, by owner and kind. */
  of(source: string): Promise<Declaration[]> {
    return this.file.read<Declaration[]>([], async (db) => {
      const sql = "SELECT * FROM declarations WHERE starts_with(cluster, $1) ORDER BY owner, kind";
      const reader = await db.runAndReadAll(sql, [`${source}/`]);
      return reader.getRowObjects().map((row) => ({
        owner: String(row.owner),
        kind: String(row.kind),
        cluster: String(row.cluster),
        state: JSON.parse(String(row.state)) as Record<string, unknown>,
      }));
    });
  }
}
