import { Html, html } from "./html";
import type { ReportSection } from "./section";
import { STYLE } from "./style";

/** The whole page: no script, nothing from the network. */
export function page(
  title: string,
  head: Html,
  sections: readonly (Pick<ReportSection, "id" | "title" | "short"> & { content: Html })[],
  foot: Html,
): string {
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the report</a>
        <header>${head}</header>
        <nav aria-label="Sections">
          <ul tabindex="0" aria-label="Sections">
            ${sections.map(({ id, title: name, short }) => html`<li><a href="#${id}">${short ?? name}</a></li>`)}
          </ul>
        </nav>
        <main id="main">
          ${sections.map(
            ({ id, title: name, content }) =>
              html`<section id="${id}" aria-labelledby="${id}-title">
                <h2 id="${id}-title">${name}</h2>
                ${content}
              </section> `,
          )}
        </main>
        <footer>${foot}</footer>
      </body>
    </html> `;
  return text;
}
