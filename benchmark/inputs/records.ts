import type { Random } from "../../engine/random";
import { breakText, type Mutant } from "./mutate";

type Row = Readonly<Record<string, string | number>>;

/** A kind of file of records: CSV with a header, or a JSON object a line. */
export interface RecordFile {
  readonly row: Row;
  /** Cells that must be there. */
  readonly needed: readonly string[];
  /** Values that a cell never has. */
  readonly never: Readonly<Record<string, readonly unknown[]>>;
}

const TIMES = ["soon", "12:00 o'clock", "yesterday", -1, "-5", "NaN", "Infinity", [], { at: 1 }, true];
const AMOUNTS = ["much", -1, "-0.5", "NaN", "1,5", [1], {}, false];

export const FLOWS: RecordFile = {
  row: { from: "vm-1", to: "vm-2", kilobytes: 12.5, seconds: 60, at: 1_767_000_000 },
  needed: ["from", "to", "kilobytes", "seconds", "at"],
  never: { from: [1, {}, ["vm-1"]], to: [true, {}], kilobytes: AMOUNTS, seconds: [...AMOUNTS, 0], at: [...TIMES, 1.5] },
};

export const REQUESTS: RecordFile = {
  row: { start: 1_767_000_000, end: 1_767_000_060, user: "anna", application: "backup", host: "host-1", cpuMhz: 500 },
  needed: ["start", "user", "application"],
  never: {
    start: TIMES,
    end: [...TIMES, 1, "1"],
    user: [1, {}, ["anna"]],
    application: [false, []],
    cpuMhz: AMOUNTS,
    host: [4, {}],
  },
};

export const HOST_EVENTS: RecordFile = {
  row: { host: "host-1", kind: "failure", at: 1_767_000_000, until: 1_767_003_600, cause: "hardware" },
  needed: ["host", "kind", "at"],
  never: {
    host: [1, {}, []],
    kind: ["party", 1, {}],
    at: ["soon", "NaN", [], true],
    until: ["later", {}, false],
    cause: ["gremlins", 3, {}],
  },
};

/** The file's text in one of its two forms. */
export const recordsText = ({ row }: Pick<RecordFile, "row">, csv: boolean): string =>
  csv ? `${Object.keys(row).join()}\n${Object.values(row).join()}\n` : `${JSON.stringify(row)}\n`;

/** Whether a mutant is a table, and so is to have that ending: such a one begins with its header. */
export const isCsv = (text: string): boolean => /^[a-z]+,/i.test(text);

/** Breaks one cell, one line or the whole of a file of records. */
export function breakRecords(random: Random, file: RecordFile): Mutant {
  const { row, needed, never } = file;
  const good = recordsText(file, false);
  const rows = (bad: Readonly<Record<string, unknown>>) => `${good}${JSON.stringify(bad)}\n`;
  switch (random.integer(8)) {
    case 0: {
      const key = random.pick(needed);
      return {
        what: `no ${key}`,
        text: rows(Object.fromEntries(Object.entries(row).filter(([name]) => name !== key))),
      };
    }
    case 1: {
      const key = random.pick(["__proto__", "constructor", "k7", "From", "x'; DROP TABLE flows; --"]);
      return { what: `the cell ${key} added`, text: `${good}${JSON.stringify(row).replace("{", `{"${key}":1,`)}\n` };
    }
    case 2:
    case 3: {
      const key = random.pick(Object.keys(never));
      const value = random.pick(never[key]);
      return { what: `${key} = ${JSON.stringify(value)}`, text: rows({ ...row, [key]: value }) };
    }
    case 4: {
      const { what, text } = breakText(random, JSON.stringify(row));
      // An empty line is none.
      return { what: `a line ${what}`, text: `${good}${text.trim() === "" ? "{" : text}\n` };
    }
    case 5:
      return { what: "a line that is no object", text: `${good}${random.pick(["null", "1", '"x"', "[]", "[{}]"])}\n` };
    default: {
      // In a table every cell is a text; an empty one says nothing.
      const texts = Object.entries(never).flatMap(([key, values]) =>
        values.filter((value) => typeof value === "string" && !value.includes(",")).map((value) => ({ key, value })),
      );
      const chosen = random.pick([...texts, ...needed.map((key) => ({ key, value: "" }))]);
      const bad = { ...row, [chosen.key]: chosen.value };
      return {
        what: `in a table ${chosen.key} = "${String(chosen.value)}"`,
        text: `${recordsText(file, true)}${Object.values(bad).join()}\n`,
      };
    }
  }
}
