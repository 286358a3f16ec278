/** Mean squared difference between probability and outcome (0 or 1): 0 is perfect. */
export function brierScore(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < outcomes.length; i++) sum += (probabilities[i] - outcomes[i]) ** 2;
  return sum / outcomes.length;
}

/** 1 less the Brier score over that of a constant probability: 1 is perfect, 0 no better than the constant. */
export function brierSkill(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  reference = meanOf(outcomes),
): number {
  let constant = 0;
  for (let i = 0; i < outcomes.length; i++) constant += (reference - outcomes[i]) ** 2;
  return 1 - (brierScore(probabilities, outcomes) * outcomes.length) / constant;
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
