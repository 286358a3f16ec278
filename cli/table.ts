import { lazy } from "./lazy";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Takes what the others leave; one column at most. */
  readonly fill?: boolean;
  /** Narrowest it may become. */
  readonly min?: number;
}

const GAP = 2;
const MIN_FILL = 24;

const NO_BORDERS = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"]
    .concat(["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"])
    .map((part) => [part, ""]),
);

/** A table without borders, no wider than `width`; what does not fit ends in "…". */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const widths = fit(columns, rows, width);
  const Table = lazy.table();
  const table = new Table({
    chars: NO_BORDERS,
    colWidths: widths,
    colAligns: columns.map((column) => column.align ?? "left"),
    style: { "padding-left": 0, "padding-right": GAP, head: [], border: [] },
    truncate: "…",
    head: columns.map((column) => column.title),
  });
  for (const row of rows) table.push(row.map(printable));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Names come from inventories: a control character must not reach the terminal, nor break a row. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "�");
}

/** Widths with the gap: the natural ones, then the widest columns give way until all fit. */
function fit(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): number[] {
  const natural = columns.map((column, i) =>
    rows.reduce((most, row) => Math.max(most, row[i].length), column.title.length),
  );
  const widths = natural.map((value) => value + GAP);
  const least = columns.map((column, i) => Math.min(widths[i], Math.max(column.min ?? 6, column.title.length) + GAP));
  const fill = columns.findIndex((column) => column.fill);
  const total = () => widths.reduce((sum, value) => sum + value, 0);
  const available = width + GAP;
  if (fill >= 0 && total() > available) {
    widths[fill] = Math.max(Math.min(widths[fill], MIN_FILL + GAP), widths[fill] - (total() - available));
  }
  while (total() > available) {
    const widest = widths.reduce(
      (best, value, i) => (value > least[i] && (best < 0 || value > widths[best]) ? i : best),
      -1,
    );
    if (widest < 0) break;
    widths[widest]--;
  }
  return widths;
}
