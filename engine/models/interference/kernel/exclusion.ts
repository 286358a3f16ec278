import type { WorkloadKind } from "../schema";
import { minimise } from "./minimise";
import { distancesOf } from "./similarity";

/** Two kinds that were run side by side, and whether one of them got nothing at all. */
export interface Trial {
  readonly a: number;
  readonly b: number;
  readonly excluded: boolean;
}

/**
 * Probability [kind][kind] that two kinds can't run side by side, such as when their memory doesn't fit: a logistic of
 * the sum of what each needs, for what decides is their sum against one limit. A kind's need is its family's, a slope in
 * its size, and its own part; all have normal priors, so that a few trials suffice. Zero where no trial was excluded.
 */
export function exclusionProbability(kinds: readonly WorkloadKind[], trials: readonly Trial[]): Float64Array {
  const n = kinds.length;
  if (!trials.some(({ excluded }) => excluded)) return new Float64Array(n * n);
  const families = [...new Set(kinds.map(({ family }) => family))];
  const familyOf = kinds.map(({ family }) => families.indexOf(family));
  const sizes = centredSizes(kinds);
  const parts = layout(families.length, n);
  const needOf = (x: Float64Array, kind: number) =>
    x[parts.family + familyOf[kind]] +
    (x[parts.slope] + x[parts.familySlope + familyOf[kind]]) * sizes[kind] +
    x[parts.own + kind];
  const chosen = minimise(
    (x) => {
      const gradient = x.map((value, i) => (value - parts.mean[i]) / parts.deviation[i] ** 2);
      let value = 0.5 * x.reduce((sum, v, i) => sum + ((v - parts.mean[i]) / parts.deviation[i]) ** 2, 0);
      for (const { a, b, excluded } of trials) {
        const logit = x[0] + needOf(x, a) + needOf(x, b);
        value += softplus(excluded ? -logit : logit);
        const slope = sigmoid(logit) - (excluded ? 1 : 0);
        gradient[0] += slope;
        for (const kind of [a, b]) {
          gradient[parts.family + familyOf[kind]] += slope;
          gradient[parts.slope] += slope * sizes[kind];
          gradient[parts.familySlope + familyOf[kind]] += slope * sizes[kind];
          gradient[parts.own + kind] += slope;
        }
      }
      return { value, gradient };
    },
    parts.mean,
    200,
    1e-6,
  );
  return Float64Array.from({ length: n * n }, (_, i) =>
    sigmoid(chosen[0] + needOf(chosen, Math.floor(i / n)) + needOf(chosen, i % n)),
  );
}

/** Where each group of unknowns begins, and their priors: [limit, slope, families, families' slopes, kinds]. */
function layout(families: number, kinds: number) {
  const [family, familySlope, own] = [2, 2 + families, 2 + 2 * families];
  const length = own + kinds;
  const deviation = new Float64Array(length).fill(1);
  const mean = new Float64Array(length);
  [mean[0], deviation[0], mean[1]] = [-3, 3, 1];
  deviation.fill(2, family, familySlope);
  deviation.fill(0.7, familySlope, own);
  return { slope: 1, family, familySlope, own, mean, deviation };
}

function centredSizes(kinds: readonly WorkloadKind[]): Float64Array {
  const { family } = distancesOf(kinds);
  return Float64Array.from(kinds, ({ size }, i) => {
    if (size === null) return 0;
    const alike = kinds.filter((other, j) => other.size !== null && family[i * kinds.length + j] === 1);
    return size - alike.reduce((sum, other) => sum + (other.size ?? 0), 0) / alike.length;
  });
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
