import { type Html, html } from "./html";

/** A figure in large letters: its name, its value, and a note on it. */
export type Tile = readonly [name: string, value: string, note: string];

/** Figures side by side. */
export const tiles = (list: readonly Tile[]): Html =>
  html`<dl class="tiles">
    ${list.map(
      ([name, value, note]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}<small>${note}</small></dd>
        </div>`,
    )}
  </dl>`;
