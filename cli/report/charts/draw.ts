/* eslint-disable @typescript-eslint/no-require-imports --
   Both are ES modules to TypeScript, and Node 20.19 lets CommonJS require them. */
import { escape, Html, html } from "../page/html";

type PlotLibrary = typeof import("@observablehq/plot", { with: { "resolution-mode": "import" } });
type Dom = typeof import("linkedom", { with: { "resolution-mode": "import" } });

export const Plot = require("@observablehq/plot") as PlotLibrary;
const { parseHTML } = require("linkedom") as Dom;

export type PlotOptions = NonNullable<Parameters<PlotLibrary["plot"]>[0]>;

/** Widths in pixels: of the page's column, of half of it, and of a phone's. */
export const WIDTH = { wide: 1040, half: 500, narrow: 350 } as const;

const FONT = 12;

/** As much of the DOM as is used here: the compiler's library knows none, for this is no browser. */
interface Drawn {
  querySelector(selector: string): { remove(): void } | null;
  querySelectorAll(selector: string): Iterable<Drawn>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  toString(): string;
}

/** A chart as inline SVG. Colours are the page's variables, so that it follows light, dark and print. */
function svg(options: PlotOptions, description: string): Html {
  const { document } = parseHTML("<!doctype html><html><body></body></html>") as unknown as {
    readonly document: PlotOptions["document"];
  };
  const element = Plot.plot({ ...options, document, style: { fontSize: `${FONT}px` } }) as unknown as Drawn;
  // The page has these rules once, and the role makes the parts of the drawing no business of a screen reader.
  element.querySelector("style")?.remove();
  element.removeAttribute("class");
  element.setAttribute("role", "img");
  for (const part of element.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  const label = `<svg aria-label="${escape(description)}"`;
  return new Html(
    element
      .toString()
      .replace(/(\d\.\d\d)\d+/g, "$1")
      .replace("<svg", () => label),
  );
}

export interface Chart {
  readonly caption: string;
  /** What the chart shows, for whoever can't see it. */
  readonly description: string;
  /** Shown below, such as the table of its figures. */
  readonly below?: Html;
  readonly legend?: readonly Mark[];
}

/** An entry of a legend; the class draws the sample. */
export interface Mark {
  readonly className: string;
  readonly text: string;
}

/** A chart that is drawn twice, since letters scaled down to a phone's width could not be read. */
export function figure(chart: Chart, draw: (width: number) => PlotOptions, wide: number = WIDTH.wide): Html {
  const { caption, description, below = null, legend = [] } = chart;
  return html`<figure>
    <figcaption>${caption}</figcaption>
    ${
      legend.length > 0 &&
      html`<ul class="legend" aria-label="Legend">
        ${legend.map((mark) => html`<li><span class="sample ${mark.className}"></span>${mark.text}</li>`)}
      </ul>`
    }
    <div class="wide">${svg(draw(wide), description)}</div>
    <div class="narrow">${svg(draw(WIDTH.narrow), description)}</div>
    ${below}
  </figure>`;
}

/** A small chart, one of many. */
export const panel = (caption: string, description: string, options: PlotOptions, note = ""): Html =>
  html`<figure class="panel">
    <figcaption>${caption}</figcaption>
    ${svg({ width: WIDTH.narrow, ...options }, description)}${note !== "" && html`<p class="note">${note}</p>`}
  </figure>`;

/** Room for labels at the left, by the longest of them. */
export const labelRoom = (labels: readonly string[], most = 140): number =>
  Math.min(most, 14 + Math.max(0, ...labels.map((label) => label.length)) * 7);

/** A label that fits into `labelRoom`. */
export const fitted = (label: string, most = 18): string =>
  label.length > most ? `${label.slice(0, most - 1)}…` : label;
