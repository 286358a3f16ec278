import { z } from "zod";
import { validate } from "../../../validate";
import {
  type BoostedTrees,
  type BoostingOptions,
  Forest,
  type TrainingSet,
  applyBeta,
  averagePrecision,
  averageTrees,
  betaSchema,
  boostedTreesSchema,
  contributions,
  fitBeta,
  fitBoostedTrees,
  sigmoid,
} from "../../learning";
import { modelHeaderSchema } from "../../model-file";
import { createRandom } from "../../../random";
import type { HostEventLog } from "../events";
import { rowsWhere } from "../sampled-rows";
import { PAIR_FEATURES, PairFeatures } from "./features";
import { type PairRows, type PairSample, pairRows } from "./rows";

export const PAIR_MODEL = "failure/correlation";

/** The file of the model of pairs. */
export const pairModelSchema = z.strictObject({
  ...modelHeaderSchema.shape,
  model: z.literal(PAIR_MODEL),
  version: z.literal(1),
  windowSeconds: z.number().positive().describe("P(j fails within this long after i)"),
  trees: boostedTreesSchema,
  calibration: betaSchema,
});
export type PairModel = z.infer<typeof pairModelSchema>;

/** @throws AffinityError MODEL_INVALID naming every problem of the file */
export function parsePairModel(input: unknown): PairModel {
  const hint = "train it again";
  return validate(pairModelSchema, input, { code: "MODEL_INVALID", subject: `the ${PAIR_MODEL} model`, hint });
}

export interface PairFitOptions {
  readonly windowSeconds: number;
  /** Only failures whose window ends before this (epoch seconds) are learned from. */
  readonly until: number;
  /** Failures before this only build up the history. */
  readonly from: number;
  readonly seed: number;
  /** Failures that rows are made of, drawn by the seed. */
  readonly events?: number;
}

/** Fewer failures than this teach nothing: the fallback serves. */
export const MIN_FAILURES = 200;
const EVENTS = 12_000;
const HELD_EVENTS = 1_000;
/**
 * Time in so many blocks, of which every fifth is held out for the number of trees, calibration and skill: months differ
 * so much in their bursts that the newest alone would not stand for those to come.
 */
const BLOCKS = 20;
const HELD_OUT_EVERY = 5;

/**
 * Failures come in bursts, and the rows of a burst resemble each other: few bins, few rows and columns a tree keep the
 * trees from learning single bursts by heart.
 */
const BOOSTING: Partial<BoostingOptions> = {
  ...{ loss: "logistic", trees: 40, learningRate: 0.12, leaves: 15, minChildSamples: 200, l2: 10 },
  ...{ rowFraction: 0.7, featureFraction: 0.3, maxBins: 48, patience: 15 },
};
/**
 * The model is the mean of so many, each of this share of the days: with few great bursts to learn from, models of other
 * days, or of the same days and another seed, differ widely on months to come.
 */
const BAGS = 6;
const SHARE_OF_DAYS = 0.5;
const DAY = 86_400;

/** Learns P(j fails within the window | i failed just now) from the log's failures; null where there are too few. */
export function fitPairModel(log: HostEventLog, options: PairFitOptions): PairModel | null {
  const { windowSeconds, from, until, seed } = options;
  const usable: number[] = [];
  for (let k = 0; k < log.at.length; k++) if (log.at[k] >= from && log.at[k] + windowSeconds < until) usable.push(k);
  if (usable.length < MIN_FAILURES) return null;
  const random = createRandom(seed, "pair events");
  const draw = (list: readonly number[], count: number) =>
    random
      .shuffle(list)
      .slice(0, count)
      .sort((a, b) => a - b);
  const first = log.at[usable[0]];
  const blockSeconds = (log.at[usable[usable.length - 1]] - first + 1) / BLOCKS;
  const isHeld = (time: number) => Math.floor((time - first) / blockSeconds) % HELD_OUT_EVERY === 2;
  const early = usable.filter((k) => !isHeld(log.at[k]) && !isHeld(log.at[k] + windowSeconds));
  const late = usable.filter((k) => isHeld(log.at[k]));
  const events = options.events ?? EVENTS;
  const sample = sampling(log, Math.min(events, usable.length), seed);
  const train = pairRows(log, draw(early, events), windowSeconds, sample);
  const held = pairRows(log, draw(late, HELD_EVENTS), windowSeconds, { positives: 1, negatives: 0.1, seed: seed + 1 });
  const tried = fitBags(log, train, { seed, validation: held });
  const raw = new Forest(tried).predict(held.features);
  const all = pairRows(log, draw(usable, events), windowSeconds, { ...sample, seed: seed + 2 });
  const trees = fitBags(log, all, { seed, trees: Math.max(1, Math.round((tried.trees.length / BAGS) * 1.1)) });
  const followed = held.features.columns;
  const own = PAIR_FEATURES.indexOf("the same, decayed slowly");
  const history = Float64Array.from(
    { length: held.features.rows },
    (_, row) => held.features.values[row * followed + own] || 0,
  );
  return parsePairModel({
    ...{ model: PAIR_MODEL, version: 1, windowSeconds, trees, samples: all.features.rows },
    trainedUntil: Math.floor(log.at[usable[usable.length - 1]] + windowSeconds),
    calibration: fitBeta(raw, held.targets, 1, held.weights),
    skill: {
      ...{ measure: "average precision", value: averagePrecision(raw, held.targets) },
      baseline: { name: "share of past failures that were followed", value: averagePrecision(history, held.targets) },
    },
  });
}

function fitBags(
  log: HostEventLog,
  train: PairRows,
  { validation, ...options }: Partial<BoostingOptions> & { seed: number; validation?: TrainingSet },
): BoostedTrees {
  const dayOf = (row: number) => Math.floor(log.at[train.events[row]] / DAY);
  const days = [...new Set(Array.from(train.targets.keys(), dayOf))];
  const bags = Array.from({ length: BAGS }, (_, bag) => {
    const drawn = createRandom(options.seed, `days of bag ${bag}`).shuffle(days);
    const kept = new Set(drawn.slice(0, Math.ceil(days.length * SHARE_OF_DAYS)));
    return fitBoostedTrees(
      rowsWhere(train, (row) => kept.has(dayOf(row))),
      { options: { ...BOOSTING, ...options, seed: options.seed + bag }, names: PAIR_FEATURES, validation },
    );
  });
  return averageTrees(bags);
}

/** About as many rows as a quarter of a million, whatever the number of hosts: most pairs are far apart and alike. */
function sampling(log: HostEventLog, events: number, seed: number): PairSample {
  const pairs = events * log.places.length;
  return { positives: Math.min(1, 3e6 / pairs), negatives: Math.min(1, 150_000 / pairs), seed };
}

/** Probabilities event by event, in the log's order. */
export class PairPredictor {
  private readonly features: PairFeatures;
  private readonly forest: Forest;
  private readonly rows: Float32Array;
  private readonly hosts: number;

  constructor(
    private readonly model: PairModel,
    log: HostEventLog,
    forest = new Forest(model.trees),
  ) {
    this.features = new PairFeatures(log, model.windowSeconds);
    this.forest = forest;
    this.hosts = log.places.length;
    this.rows = new Float32Array(this.hosts * PAIR_FEATURES.length);
  }

  /** P(j fails within the window | the failure at `event` just now) of every host j; i's own is of no meaning. */
  after(event: number, into = new Float64Array(this.hosts)): Float64Array {
    this.features.advance(event);
    this.features.write(this.rows);
    return this.predict(this.rows, this.hosts, into);
  }

  /** The same of rows that were made before. */
  predict(values: Float32Array, rows: number, into = new Float64Array(rows)): Float64Array {
    this.forest.raw({ rows, columns: PAIR_FEATURES.length, values }, into);
    for (let row = 0; row < rows; row++) into[row] = applyBeta(this.model.calibration, sigmoid(into[row]));
    return into;
  }

  /** The columns that speak most for or against j, strongest first, of the event given to `after` last. */
  explain(j: number, most = 3): { readonly feature: string; readonly value: number; readonly logOdds: number }[] {
    const columns = PAIR_FEATURES.length;
    const row = this.rows.subarray(j * columns, (j + 1) * columns);
    const { byColumn } = contributions(this.model.trees, row);
    return Array.from(byColumn, (logOdds, c) => ({ feature: PAIR_FEATURES[c], value: row[c], logOdds }))
      .sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds))
      .slice(0, most);
  }
}
