import { Plot, type PlotOptions } from "./draw";

/** A table of shaded cells: names beside the rows, and upright below the columns. */
export interface HeatMap<Cell> {
  readonly cells: readonly Cell[];
  /** Names, in their order, and the cell's key that holds one. */
  readonly columns: { readonly names: readonly string[]; readonly key: keyof Cell & string };
  readonly rows: { readonly names: readonly string[]; readonly key: keyof Cell & string };
  /** A colour, or one for each cell; a shade where absent. */
  readonly fill?: (cell: Cell) => string;
  /** From 0, empty, to 1. */
  readonly opacity: (cell: Cell) => number;
  /** Pixels, of the whole and of the room for names. */
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly below: number;
}

export function heatMap<Cell>(map: HeatMap<Cell>): PlotOptions {
  const { cells, columns, rows, fill = "var(--shade)", opacity, width, height, left, below } = map;
  return {
    ...{ width, height, marginLeft: left, marginBottom: below, marginTop: 10, marginRight: 10 },
    x: { label: null, domain: columns.names, tickRotate: -90, tickSize: 0 },
    y: { label: null, domain: rows.names, tickSize: 0 },
    ...(typeof fill === "function" && { color: { type: "identity" } }),
    marks: [
      Plot.frame({ stroke: "var(--line)" }),
      Plot.cell(cells as Cell[], { x: columns.key, y: rows.key, fill, fillOpacity: opacity, inset: 0.5 }),
    ],
  };
}
