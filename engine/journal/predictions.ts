import { SharedFile } from "./file";

/** What a model said of a subject, to be held against what comes true. */
export interface Prediction {
  /** Name of the model, or of the fallback that served in its place. */
  readonly model: string;
  /** The inventory's source, a slash and the cluster's id. */
  readonly cluster: string;
  /** Id of the host, VM, pair or application. */
  readonly subject: string;
  /** Epoch seconds: when it was said, and when it can be judged. */
  readonly at: number;
  readonly due: number;
  /** Probability of an event, or the forecast amount (then `unit` says of what). */
  readonly value: number;
  /** "probability", or the unit of the amount, such as "MHz". */
  readonly unit: string;
  /** What the probability is of. */
  readonly event: PredictedEvent;
  /** Of contention: what demand must pass, MHz or MB; null of a failure. */
  readonly bound: number | null;
}

/**
 * A failure of the host before `due`; more demand than `bound` on average over the hour that ends at `due`; or a request
 * for resources before `due`.
 */
export type PredictedEvent = "failure" | "cpu contention" | "memory contention" | "request";

export interface SettledPrediction extends Prediction {
  /** 0 or 1 for an event; the amount that came. Null: not known yet, or nobody could tell. */
  readonly outcome: number | null;
}

export interface RiskScore {
  readonly subject: string;
  /** Probability over the horizon of the run that wrote it. */
  readonly score: number;
  readonly evidence: string;
  /** Epoch seconds. */
  readonly at: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS predictions (
    model VARCHAR NOT NULL, cluster VARCHAR NOT NULL, subject VARCHAR NOT NULL, said_at BIGINT NOT NULL, due BIGINT NOT NULL,
    value DOUBLE NOT NULL, unit VARCHAR NOT NULL, outcome DOUBLE, PRIMARY KEY (model, cluster, subject, said_at));
  ALTER TABLE predictions ADD COLUMN IF NOT EXISTS event VARCHAR DEFAULT 'failure';
  ALTER TABLE predictions ADD COLUMN IF NOT EXISTS bound DOUBLE;
  CREATE TABLE IF NOT EXISTS predicted_placements (
    cluster VARCHAR NOT NULL, said_at BIGINT NOT NULL, placement VARCHAR NOT NULL, PRIMARY KEY (cluster, said_at));
  CREATE TABLE IF NOT EXISTS risk_scores (
    cluster VARCHAR NOT NULL, subject VARCHAR NOT NULL, score DOUBLE NOT NULL, evidence VARCHAR NOT NULL,
    said_at BIGINT NOT NULL, PRIMARY KEY (cluster, subject));`;

/** VM ids by the host's id: for whom a forecast of a host's demand was made. */
export type PredictedPlacement = Readonly<Record<string, readonly string[]>>;

/** What was said so long ago is forgotten, days. */
const KEPT_DAYS = 90;
const DAY = 86_400;

/** Rows of one statement: DuckDB takes long lists of values well, and a parameter each keeps names from being SQL. */
const BATCH = 500;

/**
 * What the models said and what came of it, and the newest risk of every VM and host, in the journal's DuckDB file. The
 * scores of a cluster are read once (milliseconds) and then answered by key from memory.
 */
export class PredictionLog {
  private readonly file: SharedFile;

  constructor(path: string) {
    this.file = new SharedFile(path, SCHEMA);
  }

  /** Adds what was said. Said again for the same instant, it counts once. Forgets what is older than three months. */
  record(predictions: readonly Prediction[], placement?: PredictedPlacement): Promise<void> {
    const [first] = predictions;
    if (!first) return Promise.resolve();
    return this.file.write(async (db) => {
      const columns = "model, cluster, subject, said_at, due, value, unit, event, bound";
      for (let from = 0; from < predictions.length; from += BATCH) {
        const part = predictions.slice(from, from + BATCH);
        const rows = part.map((_, i) => placeholders(i * 9, 9));
        await db.run(
          `INSERT INTO predictions (${columns}) VALUES ${rows.join(", ")} ON CONFLICT DO NOTHING`,
          part.flatMap(({ model, cluster, subject, at, due, value, unit, event, bound }) => [
            ...[model, cluster, subject, BigInt(at), BigInt(due), value, unit, event, bound],
          ]),
        );
      }
      const { cluster, at } = first;
      if (placement) {
        const values = [cluster, BigInt(at), JSON.stringify(placement)];
        await db.run("INSERT INTO predicted_placements VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", values);
      }
      await db.run("DELETE FROM predictions WHERE cluster = $1 AND due < $2", [cluster, BigInt(at - KEPT_DAYS * DAY)]);
    });
  }

  /** For whom each forecast of `cluster` since `from` (epoch seconds) was made, by the instant at which it was. */
  placements(cluster: string, from: number): Promise<ReadonlyMap<number, PredictedPlacement>> {
    return this.file.read<ReadonlyMap<number, PredictedPlacement>>(new Map(), async (db) => {
      const sql = "SELECT * FROM predicted_placements WHERE cluster = $1 AND said_at >= $2";
      const reader = await db.runAndReadAll(sql, [cluster, BigInt(from)]);
      return new Map(
        reader
          .getRowObjects()
          .map((row) => [Number(row.said_at), JSON.parse(String(row.placement)) as PredictedPlacement]),
      );
    });
  }

  /**
   * Writes what came true beside predictions that are due by `now`; `judge` gives null where nobody can tell. For whom
   * they were made is forgotten with the last of them.
   */
  settle(cluster: string, now: number, judge: (prediction: Prediction) => number | null): Promise<void> {
    return this.file.write(async (db) => {
      const reader = await db.runAndReadAll(
        "SELECT * FROM predictions WHERE cluster = $1 AND due <= $2 AND outcome IS NULL",
        [cluster, BigInt(now)],
      );
      const judged = reader.getRowObjects().flatMap((row) => {
        const prediction = predictionOf(row);
        const outcome = judge(prediction);
        return outcome === null ? [] : [{ ...prediction, outcome }];
      });
      for (let from = 0; from < judged.length; from += BATCH) {
        const part = judged.slice(from, from + BATCH);
        await db.run(
          `UPDATE predictions SET outcome = j.outcome
           FROM (VALUES ${part.map((_, i) => placeholders(i * 4, 4, 1)).join(", ")}) j (model, subject, said_at, outcome)
           WHERE cluster = $1 AND predictions.model = j.model AND predictions.subject = j.subject
             AND predictions.said_at = j.said_at`,
          [cluster, ...part.flatMap(({ model, subject, at, outcome }) => [model, subject, BigInt(at), outcome])],
        );
      }
      await db.run(
        `DELETE FROM predicted_placements p WHERE cluster = $1 AND NOT EXISTS (
           SELECT 1 FROM predictions q WHERE q.cluster = p.cluster AND q.said_at = p.said_at AND q.outcome IS NULL)`,
        [cluster],
      );
    });
  }

  /** What came true of probabilities: of each model the newest `most`, oldest first. */
  judged(cluster: string, most: number): Promise<SettledPrediction[]> {
    return this.file.read([], async (db) => {
      const reader = await db.runAndReadAll(
        `SELECT * FROM predictions WHERE cluster = $1 AND unit = 'probability' AND outcome IS NOT NULL
         QUALIFY row_number() OVER (PARTITION BY model ORDER BY said_at DESC, subject) <= $2
         ORDER BY said_at, model, subject`,
        [cluster, most],
      );
      return reader.getRowObjects().map((row) => ({ ...predictionOf(row), outcome: Number(row.outcome) }));
    });
  }

  /** What was said of `cluster` since `from` (epoch seconds), oldest first, with what came true. */
  predictions(cluster: string, from = 0): Promise<SettledPrediction[]> {
    return this.file.read([], async (db) => {
      const reader = await db.runAndReadAll(
        "SELECT * FROM predictions WHERE cluster = $1 AND said_at >= $2 ORDER BY said_at, model, subject",
        [cluster, BigInt(from)],
      );
      return reader.getRowObjects().map((row) => ({
        ...predictionOf(row),
        outcome: row.outcome === null ? null : Number(row.outcome),
      }));
    });
  }

  /** Replaces the scores of a cluster. */
  saveRisks(cluster: string, scores: readonly RiskScore[]): Promise<void> {
    return this.file.write(async (db) => {
      await db.run("DELETE FROM risk_scores WHERE cluster = $1", [cluster]);
      for (let from = 0; from < scores.length; from += BATCH) {
        const part = scores.slice(from, from + BATCH);
        const rows = part.map((_, i) => `(${[1, 2, 3, 4, 5].map((k) => `$${i * 5 + k}`).join(", ")})`);
        await db.run(
          `INSERT INTO risk_scores VALUES ${rows.join(", ")}`,
          part.flatMap(({ subject, score, evidence, at }) => [cluster, subject, score, evidence, BigInt(at)]),
        );
      }
    });
  }

  /** Puts these scores in the place of the subjects' old ones, and leaves those of others. */
  updateRisks(cluster: string, scores: readonly RiskScore[]): Promise<void> {
    if (scores.length === 0) return Promise.resolve();
    return this.file.write(async (db) => {
      for (const { subject, score, evidence, at } of scores) {
        const values = [cluster, subject, score, evidence, BigInt(at)];
        await db.run("INSERT OR REPLACE INTO risk_scores VALUES ($1, $2, $3, $4, $5)", values);
      }
    });
  }

  /** The newest risk by the id of the VM or host. */
  risks(cluster: string): Promise<ReadonlyMap<string, RiskScore>> {
    return this.file.read<ReadonlyMap<string, RiskScore>>(new Map(), async (db) => {
      const reader = await db.runAndReadAll("SELECT * FROM risk_scores WHERE cluster = $1 ORDER BY subject", [cluster]);
      return new Map(
        reader.getRowObjects().map((row) => [
          String(row.subject),
          {
            subject: String(row.subject),
            score: Number(row.score),
            evidence: String(row.evidence),
            at: Number(row.said_at),
          },
        ]),
      );
    });
  }
}

/** ($from+offset+1, ...): the parameters of one row. */
const placeholders = (from: number, columns: number, offset = 0): string =>
  `(${Array.from({ length: columns }, (_, k) => `$${from + offset + k + 1}`).join(", ")})`;

const predictionOf = (row: Record<string, unknown>): Prediction => ({
  model: String(row.model),
  cluster: String(row.cluster),
  subject: String(row.subject),
  at: Number(row.said_at),
  due: Number(row.due),
  value: Number(row.value),
  unit: String(row.unit),
  // A file of an earlier version that nobody has written to since has neither column.
  event: (row.event ?? "failure") as PredictedEvent,
  bound: row.bound === null || row.bound === undefined ? null : Number(row.bound),
});
