import { fitAdditive } from "./additive";
import type { Row } from "./kernel/covariance";
import { exclusionProbability } from "./kernel/exclusion";
import { type Regression, loadOf, regress } from "./kernel/regression";
import type { WorkloadKind } from "./schema";

/** What is thought of every pair of kinds. */
export interface PairEstimate {
  /** [victim][other] share lost per unit of load, 0 to 1. */
  readonly lost: Float64Array;
  readonly deviation: Float64Array;
  /** [kind][kind] probability that the two can't run side by side at all. */
  readonly exclusion: Float64Array;
  /** To learn again from more rows without choosing them anew. */
  readonly parameters: Float64Array;
  /** Takes about as long again as learning did, where there are many rows. */
  skill(): PairSkill;
}

/** How rows were foretold that were not shown: mean absolute errors in share lost, weighted by precision. */
export interface PairSkill {
  readonly rows: number;
  readonly model: number;
  /** Of additive.ts. */
  readonly additive: number;
  /** Of the mean loss, whoever it is. */
  readonly mean: number;
}

/** Whole exclusion, told by a pair alone: nothing was left. */
const isExcluded = (row: Row) => row.others.length === 1 && row.lost >= row.others[0].load;

/**
 * Learns from what kinds lost beside others. Two parts, for two things happen: some pairs can't run together (nothing is
 * left to one of them), which a logistic of both needs decides; the others lose a share, which a Gaussian process over
 * pairs foretells. The estimate is the median: everything where exclusion is likelier than not, else the share.
 */
export function learnPairs(
  kinds: readonly WorkloadKind[],
  rows: readonly Row[],
  parameters?: Float64Array,
): PairEstimate {
  const trials = rows
    .filter(({ others }) => others.length === 1)
    .map((row) => ({ a: row.victim, b: row.others[0].kind, excluded: isExcluded(row) }));
  const exclusion = exclusionProbability(kinds, trials);
  const sharing = rows.filter((row) => !isExcluded(row));
  const regression = regress(kinds, sharing, parameters);
  return {
    lost: regression.lost.map((value, i) => (exclusion[i] > 0.5 ? 1 : Math.min(1, Math.max(0, value)))),
    deviation: regression.deviation,
    exclusion,
    parameters: regression.parameters,
    skill: () => skillOf(kinds.length, sharing, regression),
  };
}

/** The same from the baseline alone, for where data are short: its deviation is what it leaves unexplained. */
export function learnAdditive(kinds: readonly WorkloadKind[], rows: readonly Row[]): Omit<PairEstimate, "skill"> {
  const n = kinds.length;
  const additive = fitAdditive(n, rows);
  const left = rows.map((row) => row.lost - additive.lostBy(row));
  const spread = Math.sqrt(left.reduce((sum, value) => sum + value * value, 0) / Math.max(1, rows.length - 1));
  const lost = Float64Array.from({ length: n * n }, (_, i) => additive.lost(Math.floor(i / n), i % n));
  return {
    lost: lost.map((value) => Math.min(1, Math.max(0, value))),
    deviation: new Float64Array(n * n).fill(spread),
    exclusion: new Float64Array(n * n),
    parameters: new Float64Array(0),
  };
}

/**
 * Each row is foretold without itself and without what was seen of the same kinds the other way round. The process's
 * parameters have seen all rows.
 */
function skillOf(kinds: number, rows: readonly Row[], regression: Regression): PairSkill {
  const partners = rows.map((row) => mirrorsOf(row, rows));
  const foretold = regression.leaveOut((i) => partners[i]);
  const total = rows.reduce((sum, { precision }) => sum + precision, 0);
  const error = (of: (row: Row, i: number) => number) =>
    rows.reduce((sum, row, i) => sum + row.precision * Math.abs(of(row, i) - row.lost), 0) / total;
  const without = (i: number) => rows.filter((_, j) => j !== i && !partners[i].includes(j));
  return {
    rows: rows.length,
    model: error((_, i) => foretold[i]),
    additive: error((row, i) => fitAdditive(kinds, without(i)).lostBy(row)),
    mean: error((row, i) => {
      const others = without(i);
      const weight = others.reduce((sum, other) => sum + other.precision * loadOf(other) ** 2, 0);
      const lost = others.reduce((sum, other) => sum + other.precision * loadOf(other) * other.lost, 0);
      return weight > 0 ? (loadOf(row) * lost) / weight : 0;
    }),
  };
}

/** Rows of the same two kinds, either way round: for rows of one other, what a hidden pair hides. */
function mirrorsOf(row: Row, rows: readonly Row[]): number[] {
  if (row.others.length !== 1) return [];
  const [{ kind }] = row.others;
  return rows.flatMap(({ victim, others }, j) =>
    others.length === 1 &&
    ((victim === row.victim && others[0].kind === kind) || (victim === kind && others[0].kind === row.victim))
      ? [j]
      : [],
  );
}
