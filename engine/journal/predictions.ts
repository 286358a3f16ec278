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
}

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
  CREATE TABLE IF NOT EXISTS risk_scores (
    cluster VARCHAR NOT NULL, subject VARCHAR NOT NULL, score DOUBLE NOT NULL, evidence VARCHAR NOT NULL,
    said_at BIGINT NOT NULL, PRIMARY KEY (cluster, subject));`;

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

  /** Adds what was said. Said again for the same instant, it counts once. */
  record(predictions: readonly Prediction[]): Promise<void> {
    if (predictions.length === 0) return Promise.resolve();
    return this.file.write(async (db) => {
      for (let from = 0; from < predictions.length; from += BATCH) {
        const part = predictions.slice(from, from + BATCH);
        const rows = part.map((_, i) => `(${[1, 2, 3, 4, 5, 6, 7].map((k) => `$${i * 7 + k}`).join(", ")}, NULL)`);
        await db.run(
          `INSERT INTO predictions VALUES ${rows.join(", ")} ON CONFLICT DO NOTHING`,
          part.flatMap(({ model, cluster, subject, at, due, value, unit }) => [
            model,
            cluster,
            subject,
            BigInt(at),
            BigInt(due),
            value,
            unit,
          ]),
        );
      }
    });
  }

  /** Writes what came true beside predictions that are due by `now`; `judge` gives null where nobody can tell. */
  settle(cluster: string, now: number, judge: (prediction: Prediction) => number | null): Promise<void> {
    return this.file.write(async (db) => {
      const reader = await db.runAndReadAll(
        "SELECT * FROM predictions WHERE cluster = $1 AND due <= $2 AND outcome IS NULL",
        [cluster, BigInt(now)],
      );
      for (const row of reader.getRowObjects()) {
        const prediction = predictionOf(row);
        const outcome = judge(prediction);
        if (outcome === null) continue;
        await db.run(
          "UPDATE predictions SET outcome = $5 WHERE model = $1 AND cluster = $2 AND subject = $3 AND said_at = $4",
          [prediction.model, cluster, prediction.subject, BigInt(prediction.at), outcome],
        );
      }
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

const predictionOf = (row: Record<string, unknown>): Prediction => ({
  model: String(row.model),
  cluster: String(row.cluster),
  subject: String(row.subject),
  at: Number(row.said_at),
  due: Number(row.due),
  value: Number(row.value),
  unit: String(row.unit),
});
