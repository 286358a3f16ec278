import { Html, html } from "./html";

export interface Column {
  readonly title: string;
  readonly number?: boolean;
  /** Holds sentences: wide enough to be read where the table scrolls. */
  readonly long?: boolean;
}

export type Cell = string | number | Html;

/** A table that scrolls by itself where it is too wide, by keyboard as well; the first column heads the rows. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Html {
  const kind = (i: number) =>
    columns[i].number ? new Html(' class="number"') : columns[i].long ? new Html(' class="long"') : null;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ title }, i) => html`<th scope="col" ${kind(i)}>${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([head, ...cells]) =>
            html`<tr>
              <th scope="row">${head}</th>
              ${cells.map((cell, i) => html`<td${kind(i + 1)}>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A figure with a bar for its share of the greatest of its column: chart and table in one. */
export const bar = (value: number, most: number, text: string): Html =>
  html`<span class="bar"
    ><i style="width:calc(var(--bar)*${(most > 0 ? Math.max(0, value) / most : 0).toFixed(3)})"></i>${text}</span
  >`;

/** Behind a summary that opens it; print shows it open. */
export const folded = (summary: string, content: Html): Html =>
  html`<details>
    <summary>${summary}</summary>
    ${content}
  </details>`;

/** At most so many rows in a page that is to stay light. */
export const MOST_ROWS = 500;

/** The figures of a chart, for whoever can't see it or wants the numbers. */
export function figures(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Html {
  const shown = rows.slice(0, MOST_ROWS);
  const more = rows.length - shown.length;
  return folded(
    `Table: ${caption}`,
    html`${table(caption, columns, shown)}${more > 0 && html`<p class="note">And ${more} more rows: the plan as JSON has them all.</p>`}`,
  );
}
