import type { Distances, Parameters, Similarities, SimilarityGradient } from "./similarity";

/**
 * One (compressed) observation: a VM of kind `victim` beside others, by kind and load, lost `lost`. `precision` is how
 * many observations it stands for: its noise has the variance noise² / precision.
 */
export interface Row {
  readonly victim: number;
  readonly others: readonly { readonly kind: number; readonly load: number }[];
  readonly lost: number;
  readonly precision: number;
}

/** Weight of the interaction of both kinds beside the main effects, as a variance: its scale is in its parameters. */
const INTERACTION = 0.04;

/**
 * Prior covariance of what kind a loses beside b and what c loses beside d, per unit of load:
 *
 *   constant² + suffers(a, c) + causes(b, d)                         main effects
 *   + suffer(a, c) cause(b, d)                                       interaction
 *   + sameFamily² [a ~ b] [c ~ d]                                    alike workloads want the same things
 *   + both² (f(a, c) f(b, d) + f(a, d) f(b, c)) / 2                  what a pair does to both of its sides
 *   + opposite² (f(a, c) f(b, d) - f(a, d) f(b, c)) / 2              what one side wins from the other
 *
 * The last two make a loss in one direction tell of the other. Each term is positive semi-definite, and so is the sum.
 */
export interface PairCovariance {
  pair(a: number, b: number, c: number, d: number): number;
  rows(p: Row, q: Row): number;
}

export function pairCovariance(d: Distances, p: Parameters, s: Similarities): PairCovariance {
  const n = d.kinds;
  const constant = p.constant ** 2;
  const sameFamily = p.sameFamily ** 2;
  const straight = (p.both ** 2 + p.opposite ** 2) / 2;
  const crossed = (p.both ** 2 - p.opposite ** 2) / 2;
  const f = s.familySuffers;
  const pair = (a: number, b: number, c: number, e: number) =>
    constant +
    s.suffers[a * n + c] +
    s.causes[b * n + e] +
    INTERACTION * s.suffer[a * n + c] * s.cause[b * n + e] +
    sameFamily * d.family[a * n + b] * d.family[c * n + e] +
    straight * f[a * n + c] * f[b * n + e] +
    crossed * f[a * n + e] * f[b * n + c];
  const rows = (x: Row, y: Row) => {
    let sum = 0;
    for (const one of x.others)
      for (const other of y.others) sum += one.load * other.load * pair(x.victim, one.kind, y.victim, other.kind);
    return sum;
  };
  return { pair, rows };
}

/** Gathers the derivatives of a sum of weight × covariance, row pair by row pair. */
export interface CovarianceGradient {
  add(p: Row, q: Row, weight: number): void;
  readonly matrices: SimilarityGradient;
  /** By the logarithms of the parameters that aren't in the matrices. */
  scalars(): Pick<Parameters, "constant" | "sameFamily" | "both" | "opposite">;
}

export function covarianceGradient(d: Distances, p: Parameters, s: Similarities): CovarianceGradient {
  const n = d.kinds;
  const empty = () => new Float64Array(n * n);
  const g = { familySuffers: empty(), suffers: empty(), causes: empty(), suffer: empty(), cause: empty() };
  const straight = (p.both ** 2 + p.opposite ** 2) / 2;
  const crossed = (p.both ** 2 - p.opposite ** 2) / 2;
  const f = s.familySuffers;
  let [byConstant, byFamily, byStraight, byCrossed] = [0, 0, 0, 0];
  const addPair = (a: number, b: number, c: number, e: number, w: number) => {
    const [ac, be, ae, bc] = [a * n + c, b * n + e, a * n + e, b * n + c];
    byConstant += w;
    g.suffers[ac] += w;
    g.causes[be] += w;
    g.suffer[ac] += w * INTERACTION * s.cause[be];
    g.cause[be] += w * INTERACTION * s.suffer[ac];
    byFamily += w * d.family[a * n + b] * d.family[c * n + e];
    byStraight += w * f[ac] * f[be];
    byCrossed += w * f[ae] * f[bc];
    g.familySuffers[ac] += w * straight * f[be];
    g.familySuffers[be] += w * straight * f[ac];
    g.familySuffers[ae] += w * crossed * f[bc];
    g.familySuffers[bc] += w * crossed * f[ae];
  };
  return {
    matrices: g,
    add: (x, y, weight) => {
      for (const one of x.others)
        for (const other of y.others) addPair(x.victim, one.kind, y.victim, other.kind, weight * one.load * other.load);
    },
    scalars: () => ({
      constant: 2 * p.constant ** 2 * byConstant,
      sameFamily: 2 * p.sameFamily ** 2 * byFamily,
      both: p.both ** 2 * (byStraight + byCrossed),
      opposite: p.opposite ** 2 * (byStraight - byCrossed),
    }),
  };
}
