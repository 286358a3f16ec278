import type { Tags } from "../tags";

/**
 * InfluxDB's line protocol, as its reference defines it: `measurement,tag=value field=value[,field=value] timestamp`.
 * Own code, since npm has no kept parser of it.
 */
export interface Line {
  /** The text before the fields: equal texts are equal series. */
  readonly head: string;
  readonly fields: readonly (readonly [name: string, value: number | string | boolean])[];
  /** As written; its unit is the file's. Undefined where the line has none. */
  readonly timestamp: string | undefined;
}

export interface Head {
  readonly measurement: string;
  readonly tags: Tags;
}

/** A line that breaks the grammar; the message says where. */
export class LineSyntaxError extends Error {}

/** A string that the line leaves open: the grammar lets strings go on in the next line. */
export class OpenStringError extends LineSyntaxError {}

/** @returns null for an empty line and a comment. @throws LineSyntaxError */
export function parseLine(line: string): Line | null {
  if (/^\s*(#|$)/.test(line)) return null;
  const head = until(line, 0, " ");
  if (head === line.length) throw new LineSyntaxError("no fields");
  const fields: [string, number | string | boolean][] = [];
  let at = head + 1;
  for (;;) {
    const equals = until(line, at, "=, ");
    if (line[equals] !== "=" || equals === at) throw new LineSyntaxError(`no field at column ${at + 1}`);
    const end = line[equals + 1] === '"' ? stringEnd(line, equals + 1) : until(line, equals + 1, ", ");
    fields.push([unescape(line.slice(at, equals)), fieldValue(line.slice(equals + 1, end))]);
    at = end + 1;
    if (line[end] !== ",") break;
  }
  const timestamp = line.slice(at).trim();
  if (timestamp && !/^-?\d+$/.test(timestamp))
    throw new LineSyntaxError(`"${timestamp.slice(0, 40)}" is no time stamp`);
  return { head: line.slice(0, head), fields, timestamp: timestamp || undefined };
}

/** @throws LineSyntaxError */
export function parseHead(head: string): Head {
  const comma = until(head, 0, ",");
  const tags = new Map<string, string>();
  for (let at = comma + 1; at <= head.length;) {
    const equals = until(head, at, "=");
    const end = until(head, at, ",");
    if (equals >= end || equals === at) throw new LineSyntaxError(`no tag at column ${at + 1}`);
    if (equals + 1 === end) throw new LineSyntaxError(`tag ${head.slice(at, equals).slice(0, 40)} has no value`);
    const name = unescape(head.slice(at, equals));
    if (tags.has(name)) throw new LineSyntaxError(`tag ${name.slice(0, 40)} stands there twice`);
    tags.set(name, unescape(head.slice(equals + 1, end)));
    at = end + 1;
  }
  const measurement = unescape(head.slice(0, comma));
  if (!measurement) throw new LineSyntaxError("no measurement");
  return { measurement, tags: Object.fromEntries(tags) };
}

/** The index of the next of `stops` that no backslash stands before; the text's length where there is none. */
function until(text: string, from: number, stops: string): number {
  for (let i = from; i < text.length; i++) {
    const character = text[i];
    if (character === "\\") i++;
    else if (stops.includes(character)) return i;
  }
  return text.length;
}

/** The index after the closing quote of the string that opens at `from`. */
function stringEnd(line: string, from: number): number {
  const close = until(line, from + 1, '"');
  const next = line[close + 1];
  if (close === line.length) throw new OpenStringError(`string without an end at column ${from + 1}`);
  if (next !== undefined && next !== "," && next !== " ") {
    throw new LineSyntaxError(`"${next}" after a string at column ${close + 2}`);
  }
  return close + 1;
}

function unescape(name: string): string {
  return name.includes("\\") ? name.replace(/\\([,= ])/g, "$1") : name;
}

function fieldValue(text: string): number | string | boolean {
  if (text.startsWith('"')) return text.slice(1, -1).replace(/\\(["\\])/g, "$1");
  if (/^-?\d+[iu]$/.test(text)) {
    const value = Number(text.slice(0, -1));
    if (!Number.isSafeInteger(value))
      throw new LineSyntaxError(`integer ${text.slice(0, 40)} is beyond what a double holds`);
    return value;
  }
  if (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
  }
  if (/^(t|T|true|True|TRUE)$/.test(text)) return true;
  if (/^(f|F|false|False|FALSE)$/.test(text)) return false;
  throw new LineSyntaxError(`"${text.slice(0, 40)}" is no field value`);
}
