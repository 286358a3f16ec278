import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { AffinityError } from "../errors";
import { SharedFile } from "./file";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS leases (
    subject VARCHAR PRIMARY KEY, token VARCHAR NOT NULL, holder VARCHAR NOT NULL, machine VARCHAR NOT NULL,
    process INTEGER NOT NULL, until BIGINT NOT NULL);`;

export interface LeaseOptions {
  /** Who it is, in words: shown to whoever is turned away. */
  readonly holder: string;
  /** Seconds after which it ends by itself if its process is gone; renewed every third of it. */
  readonly seconds?: number;
  /** Clock in epoch seconds. */
  readonly now?: () => number;
}

interface Held {
  readonly token: string;
  readonly renewal: NodeJS.Timeout;
  users: number;
}

/** Leases of this process: several resources of one program act under one. */
const held = new Map<string, Promise<Held>>();

/**
 * Sees to it that two runs never act on one cluster at once: a row in the journal that says who acts, until when. A run
 * on the same machine whose process is gone holds nothing; one on another machine is waited out.
 */
export class Leases {
  private readonly file: SharedFile;

  constructor(path: string) {
    this.file = new SharedFile(path, SCHEMA);
  }

  /**
   * Runs `work` while this process holds the lease on `subject` (the vCenter's name).
   * @throws AffinityError LEASE_HELD, naming who acts and until when.
   */
  async hold<T>(subject: string, options: LeaseOptions, work: () => Promise<T>): Promise<T> {
    const key = `${this.file.path}\u0000${subject}`;
    let lease = held.get(key);
    if (!lease) {
      lease = this.acquire(subject, options);
      held.set(key, lease);
      lease.catch(() => held.delete(key));
    }
    const mine = await lease;
    mine.users++;
    try {
      return await work();
    } finally {
      mine.users--;
      if (mine.users === 0) {
        held.delete(key);
        clearInterval(mine.renewal);
        await this.file.write(async (db) => {
          await db.run("DELETE FROM leases WHERE subject = $1 AND token = $2", [subject, mine.token]);
        });
      }
    }
  }

  private async acquire(subject: string, options: LeaseOptions): Promise<Held> {
    const { holder, seconds = 120, now = () => Math.floor(Date.now() / 1000) } = options;
    const token = randomUUID();
    await this.file.write(async (db) => {
      const reader = await db.runAndReadAll("SELECT * FROM leases WHERE subject = $1", [subject]);
      const [other] = reader.getRowObjects();
      if (other && Number(other.until) > now() && !isGone(String(other.machine), Number(other.process))) {
        throw new AffinityError({
          code: "LEASE_HELD",
          message: `${String(other.holder)} is acting on ${subject} (process ${String(other.process)} on ${String(other.machine)})`,
          hint: `nothing was done; wait for it to end (its lease ends at ${new Date(Number(other.until) * 1000).toISOString()} at the latest)`,
        });
      }
      const values = [subject, token, holder, hostname(), process.pid, BigInt(now() + seconds)];
      await db.run("INSERT OR REPLACE INTO leases VALUES ($1, $2, $3, $4, $5, $6)", values);
    });
    const renew = () =>
      this.file
        .write(async (db) => {
          await db.run("UPDATE leases SET until = $3 WHERE subject = $1 AND token = $2", [
            subject,
            token,
            BigInt(now() + seconds),
          ]);
        })
        // A renewal that fails is tried again; the lease is long enough for two more.
        .catch(() => undefined);
    const renewal = setInterval(() => void renew(), (seconds * 1000) / 3);
    renewal.unref();
    return { token, renewal, users: 0 };
  }
}

/** Whether a process of this machine has ended; of another machine nobody knows. */
function isGone(machine: string, pid: number): boolean {
  if (machine !== hostname()) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
