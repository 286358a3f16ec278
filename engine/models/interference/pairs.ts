import { fitAdditive } from "./additive";
import type { Row } from "./kernel/covariance";
import { exclusionProbability } from "./kernel/exclusion";
import { regress } from "./kernel/regression";
import type { WorkloadKind } from "./schema";

/** What is thought of every pair of kinds: [victim][other] share lost per unit of load, 0 to 1, and how sure that is. */
export interface PairEstimate {
  readonly lost: Float64Array;
  readonly deviation: Float64Array;
  /** [kind][kind] probability that the two can't run side by side at all. */
  readonly exclusion: Float64Array;
}

/** How a model foretells rows that it was not shown: mean absolute errors in share lost, weighted by precision. */
export interface PairSkill {
  readonly model: number;
  readonly additive: number;
  readonly mean: number;
}

const isExcluded = (row: Row) => row.others.length === 1 && row.lost >= row.others[0].load;

/**
 * Learns from what kinds lost beside others. Two parts, for two things happen: some pairs can't run together (nothing is
 * left to one of them), which a logistic of both needs decides; the others lose a share, which a Gaussian process over
 * pairs foretells. The estimate is the median: everything where exclusion is likelier than not, else the share.
 */
export function learnPairs(kinds: readonly WorkloadKind[], rows: readonly Row[]): PairEstimate {
  const { exclusion, sharing } = parts(kinds, rows);
  const { lost, deviation } = regress(kinds, sharing);
  return {
    lost: lost.map((value, i) => (exclusion[i] > 0.5 ? 1 : Math.min(1, Math.max(0, value)))),
    deviation,
    exclusion,
  };
}

function parts(kinds: readonly WorkloadKind[], rows: readonly Row[]) {
  const trials = rows
    .filter(({ others }) => others.length === 1)
    .map((row) => ({ a: row.victim, b: row.others[0].kind, excluded: isExcluded(row) }));
  return {
    exclusion: exclusionProbability(kinds, trials),
    sharing: rows.filter((row) => !isExcluded(row)),
  };
}

/**
 * Skill over the rows that share: each is foretold without itself and without what was seen of the same kinds the other
 * way round. The parameters have seen all rows, for both the model and its baseline.
 */
export function pairSkill(kinds: readonly WorkloadKind[], rows: readonly Row[]): PairSkill {
  const { sharing } = parts(kinds, rows);
  const partners = sharing.map((row) => mirrorsOf(row, sharing));
  const foretold = regress(kinds, sharing).leaveOut((i) => partners[i]);
  const total = sharing.reduce((sum, { precision }) => sum + precision, 0);
  const error = (of: (row: Row, i: number) => number) =>
    sharing.reduce((sum, row, i) => sum + row.precision * Math.abs(of(row, i) - row.lost), 0) / total;
  const without = (i: number) => sharing.filter((_, j) => j !== i && !partners[i].includes(j));
  const loadOf = ({ others }: Row) => others.reduce((sum, { load }) => sum + load, 0);
  return {
    model: error((_, i) => foretold[i]),
    additive: error((row, i) => {
      const additive = fitAdditive(kinds.length, without(i));
      return row.others.reduce((sum, { kind, load }) => sum + load * additive.lost(row.victim, kind), 0);
    }),
    mean: error((row, i) => {
      const others = without(i);
      const weight = others.reduce((sum, other) => sum + other.precision * loadOf(other), 0);
      const lost = others.reduce((sum, other) => sum + other.precision * other.lost, 0);
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
