import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AffinityError } from "../../engine/errors";
import { lazy } from "../lazy";
import { type Row, type TabName, TABS } from "./tabs";

/** Rows of the heading and of the first record. */
const HEADING = 1;

/**
 * The rows of one tab of an export; none where an optional tab isn't there. The separator is found out: RVTools writes
 * that of Windows' regional settings.
 * @throws AffinityError RVTOOLS_NOT_FOUND, RVTOOLS_MALFORMED (not CSV) or RVTOOLS_COLUMNS_MISSING, each by the file's name.
 */
export async function readTab(folder: string, name: TabName): Promise<Row[]> {
  const { file, required, columns, needs } = TABS[name];
  const path = join(folder, file);
  if (!existsSync(path)) {
    if (!required) return [];
    throw new AffinityError({
      code: "RVTOOLS_NOT_FOUND",
      message: `"${folder}" has no ${file}`,
      hint: 'give the folder that RVTools\' "Export all to csv" wrote (of a workbook, save the tabs vInfo and vHost as CSV under these names)',
    });
  }
  const { headings, records } = await readCsv(path);
  const at = new Map<string, number>();
  for (const [column, names] of Object.entries(columns)) {
    const found = (names as readonly string[]).map((heading) => headings.indexOf(heading)).find((index) => index >= 0);
    if (found !== undefined) at.set(column, found);
  }
  const lacking = needs.filter((column) => !at.has(column));
  if (lacking.length > 0) {
    throw new AffinityError({
      code: "RVTOOLS_COLUMNS_MISSING",
      message: `"${path}" lacks columns of RVTools' tab ${name}`,
      hint: "export the tab anew with RVTools 4 or newer, in English, with the row of headings",
      problems: lacking.map((column) => ({
        path: (columns as Readonly<Record<string, readonly string[]>>)[column].join(" or "),
        message: `is not among the headings ${headings.slice(0, 8).join(", ")}${headings.length > 8 ? ", …" : ""}`,
      })),
    });
  }
  return records.map((record, index) => {
    const row: Record<string, string | number | undefined> = { line: index + 1 + HEADING };
    for (const [column, cell] of at) row[column] = record[cell]?.trim() || undefined;
    return row as Row;
  });
}

async function readCsv(path: string): Promise<{ headings: string[]; records: (string | null)[][] }> {
  const { DuckDBInstance } = lazy.duckdb();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const sql = "SELECT * FROM read_csv($path, header = true, all_varchar = true, delim = $delim, quote = '\"')";
    const delim = await separatorOf(path);
    const reader = await connection.runAndReadAll(sql, { path, delim });
    return {
      headings: reader.columnNames().map((heading) => heading.replace(/^\ufeff/, "").trim()),
      records: reader.getRows() as (string | null)[][],
    };
  } catch (cause) {
    const [first] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    throw new AffinityError({
      code: "RVTOOLS_MALFORMED",
      message: `"${path}" is not the CSV that RVTools writes: ${first}`,
      hint: "export it anew; a spreadsheet that saved it may have broken lines or quotes",
      cause,
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Comma, semicolon or tab, whichever the row of headings has most of. */
async function separatorOf(path: string): Promise<string> {
  const [heading] = (await readFile(path, "utf8")).split("\n", 1);
  const count = (separator: string) => heading.split(separator).length;
  return [",", ";", "\t"].reduce((best, each) => (count(each) > count(best) ? each : best));
}
