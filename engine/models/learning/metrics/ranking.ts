/** Rows by falling score, equal scores together: what both measures walk over. */
function* groupsByFallingScore(
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
): Generator<{ positives: number; negatives: number }> {
  const order = new Uint32Array(scores.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  order.sort((a, b) => scores[b] - scores[a]);
  for (let i = 0; i < order.length;) {
    const score = scores[order[i]];
    let positives = 0;
    let negatives = 0;
    for (; i < order.length && scores[order[i]] === score; i++) {
      if (outcomes[order[i]]) positives++;
      else negatives++;
    }
    yield { positives, negatives };
  }
}

/** Mean precision over the recalls, as scikit-learn's `average_precision_score`; NaN without a positive outcome. */
export function averagePrecision(scores: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  let hits = 0;
  let seen = 0;
  let sum = 0;
  for (const { positives, negatives } of groupsByFallingScore(scores, outcomes)) {
    hits += positives;
    seen += positives + negatives;
    sum += positives * (hits / seen);
  }
  return sum / hits;
}

/** Probability that a positive row scores above a negative one, ties half; NaN where all outcomes are alike. */
export function areaUnderCurve(scores: ArrayLike<number>, outcomes: ArrayLike<number>): number {
  let above = 0;
  let negativesAbove = 0;
  let hits = 0;
  for (const { positives, negatives } of groupsByFallingScore(scores, outcomes)) {
    above += positives * (negativesAbove + negatives / 2);
    negativesAbove += negatives;
    hits += positives;
  }
  return 1 - above / (hits * negativesAbove);
}
