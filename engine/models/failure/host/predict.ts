import { type FeatureMatrix, Forest, contributions, sigmoid } from "../../learning";
import { type HostHead, TREES_SHARE } from "./fit";
import { DAY, HOST_FEATURES } from "./features";
import { intensityContributions, intensityScores } from "./intensity";

/** What was foreseen and seen weighs less by the factor e in so many days. */
const MEMORY_DAYS = 90;
/** The rate of failures is taken to be as trained, as if so many failures had confirmed it. */
const CONFIRMED = 30;
const MAX_PROBABILITY = 0.95;

/** Probabilities of one horizon, ready for many rows. */
export class HostPredictor {
  private readonly forest: Forest;

  constructor(private readonly head: HostHead) {
    this.forest = new Forest(head.trees);
  }

  /** Probabilities of rows laid out as HOST_FEATURES; what `updateHead` learned is applied last. */
  predict(features: FeatureMatrix, drift = this.head.drift): Float64Array {
    const { head } = this;
    const shift = Math.log((drift.observed + CONFIRMED) / (drift.expected + CONFIRMED));
    const rates = intensityScores(head.intensity, features);
    return this.forest.raw(features).map((score, row) => {
      const logOdds = (1 - TREES_SHARE) * rates[row] + TREES_SHARE * score;
      return Math.min(MAX_PROBABILITY, sigmoid(logOdds + shift));
    });
  }

  /** The columns that raise the log odds of one row most, strongest first. */
  explain(
    row: Float32Array,
    most = 3,
  ): { readonly feature: string; readonly value: number; readonly logOdds: number }[] {
    const { intensity, trees } = this.head;
    const { byColumn } = contributions(trees, row);
    const byRate = intensityContributions(intensity, row);
    return HOST_FEATURES.map((feature, c) => ({
      ...{ feature, value: row[c], logOdds: TREES_SHARE * byColumn[c] + (1 - TREES_SHARE) * byRate[c] },
    }))
      .filter(({ logOdds }) => logOdds > 0)
      .sort((a, b) => b.logOdds - a.logOdds)
      .slice(0, most);
  }
}

export type Drift = HostHead["drift"];

/**
 * What came true of predictions of one instant: the rate of failures drifts, and all probabilities follow it. To be
 * called once the horizon of those predictions is over, with the probabilities as they were without drift.
 */
export function updateDrift(drift: Drift, at: number, foreseen: ArrayLike<number>, failed: ArrayLike<number>): Drift {
  const keep = Math.exp(-Math.max(0, at - drift.at) / (MEMORY_DAYS * DAY));
  let expected = drift.expected * keep;
  let observed = drift.observed * keep;
  for (let i = 0; i < foreseen.length; i++) {
    expected += foreseen[i];
    observed += failed[i];
  }
  return { at, expected, observed };
}

/** No drift: as trained. */
export const NO_DRIFT: Drift = { at: 0, expected: 0, observed: 0 };
