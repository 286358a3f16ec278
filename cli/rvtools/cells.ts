import type { Problem } from "../../engine/errors";
import type { Row } from "./tabs";

/** Reads the cells of one tab, and keeps every one that says nothing sensible. */
export class Cells {
  readonly problems: Problem[] = [];

  constructor(private readonly tab: string) {}

  text(row: Row, column: string): string | null {
    const value = row[column];
    return value === undefined ? null : String(value);
  }

  /** A cell that must not be empty. */
  name(row: Row, column: string, heading: string): string {
    const value = this.text(row, column);
    if (value === null) this.problem(row, heading, "is empty");
    return value ?? "";
  }

  /** A whole number, with or without separators of thousands (1,024 or 1.024); null where the cell is empty. */
  whole(row: Row, column: string, heading: string): number | null {
    const value = this.text(row, column);
    if (value === null) return null;
    const digits = value.replace(/(?<=\d)[.,'\u00a0\u202f ](?=\d{3}\b)/g, "");
    if (/^\d+$/.test(digits)) return Number(digits);
    this.problem(row, heading, `"${value}" is no whole number`);
    return null;
  }

  /** As `whole`, but more than zero: RVTools writes 0 of what it could not find out. */
  amount(row: Row, column: string, heading: string): number | null {
    return this.whole(row, column, heading) || null;
  }

  flag(row: Row, column: string, heading: string): boolean {
    const value = this.text(row, column)?.toLowerCase();
    if (value !== undefined && value !== "true" && value !== "false") {
      this.problem(row, heading, `"${value}" is neither True nor False`);
    }
    return value === "true";
  }

  problem(row: Row, heading: string, message: string): void {
    this.problems.push({ path: `${this.tab} line ${row.line}, ${heading}`, message });
  }
}
