import { meanOf } from "./brier";

/** Probabilities are kept this far from 0 and 1: a certain miss costs much, not everything. */
const EDGE = 1e-6;

/** Mean negative log likelihood of the outcomes (0 or 1), in nats. */
export function logLoss(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < outcomes.length; i++) {
    const p = Math.min(1 - EDGE, Math.max(EDGE, probabilities[i]));
    sum -= outcomes[i] * Math.log(p) + (1 - outcomes[i]) * Math.log1p(-p);
  }
  return sum / outcomes.length;
}

/** 1 less the log loss over that of a constant probability: 1 is perfect, 0 no better than the constant. */
export function logLossSkill(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  reference = meanOf(outcomes),
): number {
  const constant = logLoss(new Float64Array(outcomes.length).fill(reference), outcomes);
  return 1 - logLoss(probabilities, outcomes) / constant;
}
