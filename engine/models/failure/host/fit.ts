import { z } from "zod";
import {
  type BoostedTrees,
  type BoostingOptions,
  Forest,
  boostedTreesSchema,
  fitBoostedTrees,
  sigmoid,
} from "../../learning";
import type { HostEventLog } from "../events";
import { HOST_FEATURES } from "./features";
import { fitIntensity, intensityScores, intensitySchema } from "./intensity";
import { hostRows } from "./rows";

/** One horizon's part of the model: a rate that is a sum, and trees; the mean of their log odds answers. */
export const hostHeadSchema = z.strictObject({
  horizonSeconds: z.number().positive(),
  intensity: intensitySchema,
  trees: boostedTreesSchema,
  drift: z
    .strictObject({ at: z.number(), expected: z.number().nonnegative(), observed: z.number().nonnegative() })
    .describe("Failures foreseen and seen since the training, decayed: what `update` learns"),
});
export type HostHead = Omit<z.infer<typeof hostHeadSchema>, "trees"> & { readonly trees: BoostedTrees };

/**
 * Half of each, not calibrated: shares and a calibration chosen on a quarter of the history made held-out failures harder
 * to foresee, not easier (ADR 12).
 */
export const TREES_SHARE = 0.5;
/** Rows without failure that are learned from: thirty for each failure tell as much as all. */
const NEGATIVES = 30;
/** Newest part of the training instants, which says how many trees, and how good both are together. */
const HELD_OUT = 0.25;

const BOOSTING: Partial<BoostingOptions> = {
  loss: "logistic",
  learningRate: 0.03,
  leaves: 8,
  minChildSamples: 100,
  l2: 20,
  rowFraction: 0.7,
  featureFraction: 0.5,
  maxBins: 64,
  patience: 40,
  trees: 400,
};

export interface HostFit {
  readonly head: HostHead;
  readonly rows: number;
  /** On the held-out part: Brier skill against the training part's base rate, and that rate. */
  readonly heldOut: {
    readonly skill: number;
    readonly baseRate: number;
    readonly intensitySkill: number;
    readonly treesSkill: number;
  };
}

/**
 * Learns P(host fails within the horizon) at the given instants. Rates and trees of all but the newest quarter are tried
 * on that quarter, which says how many trees there are to be; then both learn from all.
 *
 * @param instants ascending epoch seconds; outcomes reach `horizonSeconds` beyond each
 */
export function fitHostHead(
  log: HostEventLog,
  instants: readonly number[],
  horizonSeconds: number,
  seed: number,
): HostFit {
  const cut = instants[Math.floor(instants.length * (1 - HELD_OUT))];
  const early = instants.filter((time) => time + horizonSeconds <= cut);
  const late = instants.filter((time) => time >= cut);
  const share = Math.min(
    1,
    (NEGATIVES * expectedPositives(log, early, horizonSeconds)) / Math.max(1, early.length * log.places.length),
  );
  const sample = { share, seed };
  const train = hostRows(log, early, horizonSeconds, sample);
  const held = hostRows(log, late, horizonSeconds, { share: Math.min(1, 4 * share), seed: seed + 1 });
  const intensity = fitIntensity(train);
  const trees = fitBoostedTrees(train, { options: { ...BOOSTING, seed }, names: HOST_FEATURES, validation: held });
  const rates = intensityScores(intensity, held.features);
  const forest = new Forest(trees).raw(held.features);
  const mixed = (treeShare: number) =>
    rates.map((score, i) => sigmoid((1 - treeShare) * score + treeShare * forest[i]));
  const baseRate = weightedRate(train);
  const skillOf = (p: ArrayLike<number>) => weightedSkill(p, held, baseRate);
  const all = hostRows(log, instants, horizonSeconds, { share, seed: seed + 2 });
  const head: HostHead = {
    horizonSeconds,
    intensity: fitIntensity(all),
    trees: fitBoostedTrees(all, {
      options: { ...BOOSTING, seed, trees: Math.max(1, Math.round(trees.trees.length * 1.1)) },
      names: HOST_FEATURES,
    }),
    drift: { at: cut, expected: 0, observed: 0 },
  };
  return {
    head,
    rows: all.features.rows,
    heldOut: {
      skill: skillOf(mixed(TREES_SHARE)),
      baseRate,
      intensitySkill: skillOf(mixed(0)),
      treesSkill: skillOf(mixed(1)),
    },
  };
}

function expectedPositives(log: HostEventLog, instants: readonly number[], horizon: number): number {
  return hostRows(log, instants, horizon, { share: 1e-9, seed: 0 }).targets.reduce((sum, y) => sum + y, 0);
}

function weightedRate({ targets, weights }: { targets: Uint8Array; weights: Float32Array }): number {
  let hits = 0;
  let total = 0;
  targets.forEach((y, i) => {
    hits += y * weights[i];
    total += weights[i];
  });
  return hits / total;
}

function weightedSkill(
  p: ArrayLike<number>,
  { targets, weights }: { targets: Uint8Array; weights: Float32Array },
  reference: number,
): number {
  let own = 0;
  let constant = 0;
  targets.forEach((y, i) => {
    own += weights[i] * (p[i] - y) ** 2;
    constant += weights[i] * (reference - y) ** 2;
  });
  return 1 - own / constant;
}
