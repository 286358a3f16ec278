/** Markup that needs no escaping any more. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | null | false | readonly Value[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
// Names come from inventories: control characters may be in them, and HTML knows no way to write most of those.
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

export const escape = (text: string): string =>
  text.replace(CONTROL, "�").replace(/[&<>"']/g, (character) => ESCAPES[character]);

/** Everything interpolated is escaped, unless it is `Html` already; null and false give nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.map((part, i) => part + (i < values.length ? markup(values[i]) : "")).join(""));
}

function markup(value: Value): string {
  if (value === null || value === false) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string") return escape(value);
  if (typeof value === "number") return String(value);
  return value.map(markup).join("");
}
