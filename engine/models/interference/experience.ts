import { cholesky, solveLower } from "./kernel/cholesky";
import type { Row } from "./kernel/covariance";
import type { HostInterval } from "./observation";
import type { Experience } from "./schema";

/**
 * VMs of one kind differ, and that doesn't average out by watching the same ones longer: no compressed row counts for
 * more observations than this.
 */
const MOST_PRECISION = 100;
/** A direction that was seen less than this, in observations, says nothing. */
const LEAST_PRECISION = 1e-3;

export function noExperience(kinds: number): Experience[] {
  return Array.from({ length: kinds }, () => ({
    weight: 0,
    gram: new Array<number>(kinds * kinds).fill(0),
    moment: new Array<number>(kinds).fill(0),
    squares: 0,
  }));
}

/** What was known, `decay` of it, and what the intervals add. `weightOf` is what an interval of that time counts. */
export function gather(
  before: readonly Experience[],
  decay: number,
  intervals: readonly HostInterval[],
  kindOf: (vm: string) => number | null,
  weightOf: (at: number) => number,
): Experience[] {
  const kinds = before.length;
  const sums = before.map(({ weight, gram, moment, squares }) => ({
    weight: decay * weight,
    gram: gram.map((value) => decay * value),
    moment: moment.map((value) => decay * value),
    squares: decay * squares,
  }));
  const loads = new Float64Array(kinds);
  for (const { at, members } of intervals) {
    const weight = weightOf(at);
    const rows = members.map(({ vm }) => kindOf(vm));
    loads.fill(0);
    members.forEach(({ load }, i) => {
      const kind = rows[i];
      if (kind !== null) loads[kind] += load;
    });
    members.forEach(({ lost, load }, i) => {
      const victim = rows[i];
      if (lost === null || victim === null) return;
      // Others only: what a VM wants itself is not beside it.
      loads[victim] -= load;
      add(sums[victim], loads, lost, weight);
      loads[victim] += load;
    });
  }
  return sums;
}

function add(
  sum: { weight: number; gram: number[]; moment: number[]; squares: number },
  loads: Float64Array,
  lost: number,
  weight: number,
) {
  // prettier-ignore
  const kinds = loads.length;
  sum.weight += weight;
  sum.squares += weight * lost * lost;
  for (let a = 0; a < kinds; a++) {
    if (loads[a] === 0) continue;
    sum.moment[a] += weight * loads[a] * lost;
    for (let b = 0; b < kinds; b++) sum.gram[a * kinds + b] += weight * loads[a] * loads[b];
  }
}

/**
 * At most one row per kind beside each victim, that say the same as all its observations: with G = Rᵀ R, the rows of R
 * with targets R⁻ᵀ h have the Gram matrix and moments of the whole history, however long it was.
 */
export function compress(experience: readonly Experience[]): Row[] {
  const kinds = experience.length;
  return experience.flatMap(({ gram, moment }, victim) => {
    const seen = moment.map((_, kind) => kind).filter((kind) => gram[kind * kinds + kind] > LEAST_PRECISION);
    if (seen.length === 0) return [];
    const n = seen.length;
    const lower = Float64Array.from({ length: n * n }, (_, i) => gram[seen[Math.floor(i / n)] * kinds + seen[i % n]]);
    // A millionth of what was seen: kinds that always came in the same proportion leave the matrix singular.
    for (let i = 0; i < n; i++) lower[i * n + i] *= 1 + 1e-6;
    if (!cholesky(lower, n)) return [];
    const targets = Float64Array.from(seen, (kind) => moment[kind]);
    solveLower(lower, n, targets);
    return seen.flatMap((_, row) => {
      const others = seen.map((kind, i) => ({ kind, load: i < row ? 0 : lower[i * n + row] })).filter(({ load }) => load !== 0); // prettier-ignore
      const scale = others.reduce((sum, { load }) => sum + Math.abs(load), 0);
      if (scale ** 2 < LEAST_PRECISION) return [];
      return [
        {
          victim,
          others: others.map(({ kind, load }) => ({ kind, load: load / scale })),
          lost: targets[row] / scale,
          precision: 1 / (1 / scale ** 2 + 1 / MOST_PRECISION),
        },
      ];
    });
  });
}
