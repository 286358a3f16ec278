import type { WorkloadKind } from "../schema";

/**
 * How alike two kinds are, as a sufferer and as a disturber. All matrices are [kind][kind]. A parameter is held as its
 * logarithm, so that it is positive; {@link PARAMETERS} names them in their order.
 */
export const PARAMETERS = [
  ["constant", 0.1],
  ["suffersOwn", 0.05],
  ["suffersFamily", 0.1],
  ["suffersAll", 0.1],
  ["causesOwn", 0.05],
  ["causesFamily", 0.1],
  ["causesAll", 0.1],
  ["sufferOwn", 0.3],
  ["sufferFamily", 0.5],
  ["sufferAll", 0.5],
  ["causeOwn", 0.3],
  ["causeFamily", 0.5],
  ["both", 0.1],
  ["opposite", 0.1],
  ["sameFamily", 0.1],
  ["noise", 0.05],
  ["sizeScale", 2],
  ["intensityScale", 1],
  ["sizeScaleCause", 2],
  ["intensityScaleCause", 1],
  ["intensityScaleAll", 1],
] as const;
export type ParameterName = (typeof PARAMETERS)[number][0];
export type Parameters = Record<ParameterName, number>;

export const PRIOR = Float64Array.from(PARAMETERS, ([, value]) => Math.log(value));

export function namedParameters(logarithms: Float64Array): Parameters {
  return Object.fromEntries(PARAMETERS.map(([name], i) => [name, Math.exp(logarithms[i])])) as Parameters;
}

/** Squared distances between kinds. What isn't known of a kind is taken as its family's middle, or everybody's. */
export interface Distances {
  readonly kinds: number;
  /** 1 within a family, else 0. */
  readonly family: Float64Array;
  readonly size: Float64Array;
  readonly intensity: Float64Array;
}

export function distancesOf(kinds: readonly WorkloadKind[]): Distances {
  const known = (list: readonly (number | null)[]) => list.filter((value) => value !== null);
  const mean = (list: readonly number[]) => (list.length ? list.reduce((sum, x) => sum + x, 0) / list.length : 0);
  const sizes = kinds.map(({ size, family }) => {
    if (size === null) return 0;
    return size - mean(known(kinds.filter((other) => other.family === family).map((other) => other.size)));
  });
  const all = known(kinds.map(({ intensity }) => intensity));
  const middle = mean(all);
  const deviation = Math.sqrt(mean(all.map((x) => (x - middle) ** 2))) || 1;
  const intensities = kinds.map(({ intensity }) => (intensity === null ? 0 : (intensity - middle) / deviation));
  const matrix = (of: (a: number, b: number) => number) =>
    Float64Array.from({ length: kinds.length ** 2 }, (_, i) => of(Math.floor(i / kinds.length), i % kinds.length));
  return {
    kinds: kinds.length,
    family: matrix((a, b) => (kinds[a].family === kinds[b].family ? 1 : 0)),
    size: matrix((a, b) => (sizes[a] - sizes[b]) ** 2),
    intensity: matrix((a, b) => (intensities[a] - intensities[b]) ** 2),
  };
}

/** The matrices that a covariance of pairs is made of; see covariance.ts. */
export interface Similarities {
  /** Within a family, by size and intensity: as one who suffers, as one who causes; over all, by intensity. */
  readonly familySuffers: Float64Array;
  readonly familyCauses: Float64Array;
  readonly all: Float64Array;
  /** Of the main effects. */
  readonly suffers: Float64Array;
  readonly causes: Float64Array;
  /** Of the interaction's two sides. */
  readonly suffer: Float64Array;
  readonly cause: Float64Array;
}

/** Weight of what any two kinds share in the interaction's second side: its scale is set by the first side's. */
const ALL_IN_CAUSE = 0.25;

export function similaritiesOf(d: Distances, p: Parameters): Similarities {
  const length = d.kinds ** 2;
  const familySuffers = new Float64Array(length);
  const familyCauses = new Float64Array(length);
  const all = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    familySuffers[i] =
      d.family[i] * Math.exp(-0.5 * (d.size[i] / p.sizeScale ** 2 + d.intensity[i] / p.intensityScale ** 2));
    familyCauses[i] =
      d.family[i] * Math.exp(-0.5 * (d.size[i] / p.sizeScaleCause ** 2 + d.intensity[i] / p.intensityScaleCause ** 2));
    all[i] = Math.exp((-0.5 * d.intensity[i]) / p.intensityScaleAll ** 2);
  }
  const mixed = (own: number, family: number, familyMatrix: Float64Array, every: number) =>
    all.map((value, i) => {
      const same = i % (d.kinds + 1) === 0 ? 1 : 0;
      return own * same + family * familyMatrix[i] + every * value;
    });
  return {
    familySuffers,
    familyCauses,
    all,
    suffers: mixed(p.suffersOwn ** 2, p.suffersFamily ** 2, familySuffers, p.suffersAll ** 2),
    causes: mixed(p.causesOwn ** 2, p.causesFamily ** 2, familyCauses, p.causesAll ** 2),
    suffer: mixed(p.sufferOwn ** 2, p.sufferFamily ** 2, familySuffers, p.sufferAll ** 2),
    cause: mixed(p.causeOwn ** 2, p.causeFamily ** 2, familyCauses, ALL_IN_CAUSE),
  };
}

/** Derivatives of something by the matrices: what {@link chainRule} turns into those by the parameters' logarithms. */
export type SimilarityGradient = Pick<Similarities, "familySuffers" | "suffers" | "causes" | "suffer" | "cause">;

export function chainRule(d: Distances, p: Parameters, s: Similarities, g: SimilarityGradient): Partial<Parameters> {
  const out: Record<string, number> = {};
  const add = (name: ParameterName, value: number) => (out[name] = (out[name] ?? 0) + value);
  for (let i = 0; i < d.kinds ** 2; i++) {
    const same = i % (d.kinds + 1) === 0 ? 1 : 0;
    add("suffersOwn", 2 * p.suffersOwn ** 2 * g.suffers[i] * same);
    add("suffersFamily", 2 * p.suffersFamily ** 2 * g.suffers[i] * s.familySuffers[i]);
    add("suffersAll", 2 * p.suffersAll ** 2 * g.suffers[i] * s.all[i]);
    add("causesOwn", 2 * p.causesOwn ** 2 * g.causes[i] * same);
    add("causesFamily", 2 * p.causesFamily ** 2 * g.causes[i] * s.familyCauses[i]);
    add("causesAll", 2 * p.causesAll ** 2 * g.causes[i] * s.all[i]);
    add("sufferOwn", 2 * p.sufferOwn ** 2 * g.suffer[i] * same);
    add("sufferFamily", 2 * p.sufferFamily ** 2 * g.suffer[i] * s.familySuffers[i]);
    add("sufferAll", 2 * p.sufferAll ** 2 * g.suffer[i] * s.all[i]);
    add("causeOwn", 2 * p.causeOwn ** 2 * g.cause[i] * same);
    add("causeFamily", 2 * p.causeFamily ** 2 * g.cause[i] * s.familyCauses[i]);
    const bySuffers =
      (p.suffersFamily ** 2 * g.suffers[i] + p.sufferFamily ** 2 * g.suffer[i] + g.familySuffers[i]) *
      s.familySuffers[i];
    const byCauses = (p.causesFamily ** 2 * g.causes[i] + p.causeFamily ** 2 * g.cause[i]) * s.familyCauses[i];
    const byAll =
      (p.suffersAll ** 2 * g.suffers[i] +
        p.causesAll ** 2 * g.causes[i] +
        p.sufferAll ** 2 * g.suffer[i] +
        ALL_IN_CAUSE * g.cause[i]) *
      s.all[i];
    add("sizeScale", (bySuffers * d.size[i]) / p.sizeScale ** 2);
    add("intensityScale", (bySuffers * d.intensity[i]) / p.intensityScale ** 2);
    add("sizeScaleCause", (byCauses * d.size[i]) / p.sizeScaleCause ** 2);
    add("intensityScaleCause", (byCauses * d.intensity[i]) / p.intensityScaleCause ** 2);
    add("intensityScaleAll", (byAll * d.intensity[i]) / p.intensityScaleAll ** 2);
  }
  return out as Partial<Parameters>;
}
