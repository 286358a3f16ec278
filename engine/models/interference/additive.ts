import type { Row } from "./kernel/covariance";

/** The baseline, and the fallback where data are short: a part of the one who suffers and a part of the one who causes. */
export const ADDITIVE = "additive by kind";

/** Observations' worth by which every part is drawn to 0. */
const SHRINKAGE = 1;

export interface Additive {
  lost(victim: number, other: number): number;
  lostBy(row: Row): number;
}

/** mean + suffers(victim) + causes(other), shrunk, by a few rounds of fitting each to what the others leave. */
export function fitAdditive(kinds: number, rows: readonly Row[]): Additive {
  const loads = rows.map(({ others }) => others.reduce((sum, { load }) => sum + load, 0));
  const total = rows.reduce((sum, row, i) => sum + row.precision * loads[i] ** 2, 0);
  const mean = total > 0 ? rows.reduce((sum, row, i) => sum + row.precision * loads[i] * row.lost, 0) / total : 0;
  const suffers = new Float64Array(kinds);
  const causes = new Float64Array(kinds);
  const lost = (victim: number, other: number) => mean + suffers[victim] + causes[other];
  const lostBy = (row: Row) => row.others.reduce((sum, { kind, load }) => sum + load * lost(row.victim, kind), 0);
  const left = (row: Row) => row.lost - lostBy(row);
  for (let round = 0; round < 5; round++) {
    refit(suffers, rows, left, (row, i) => [[row.victim, loads[i]]]);
    refit(causes, rows, left, (row) => row.others.map(({ kind, load }) => [kind, load]));
  }
  return { lost, lostBy };
}

function refit(
  parts: Float64Array,
  rows: readonly Row[],
  left: (row: Row) => number,
  loadsOf: (row: Row, i: number) => readonly (readonly [kind: number, load: number])[],
): void {
  const moment = new Float64Array(parts.length);
  const weight = new Float64Array(parts.length).fill(SHRINKAGE);
  rows.forEach((row, i) => {
    const residual = left(row);
    for (const [kind, load] of loadsOf(row, i)) {
      moment[kind] += row.precision * load * (residual + load * parts[kind]);
      weight[kind] += row.precision * load * load;
    }
  });
  moment.forEach((value, kind) => (parts[kind] = value / weight[kind]));
}
