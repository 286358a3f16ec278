import type { TelemetryWriter } from "../writer";
import type { BadRow, ImportReport } from "./types";

const NAMED = 10;

/** Counts what an import leaves out, so that nothing disappears without a word. */
export class Tally {
  textFields = 0;
  outOfScope = 0;

  private badRows = 0;
  private readonly first: BadRow[] = [];

  bad(place: string, reason: string): void {
    this.badRows++;
    if (this.first.length < NAMED) this.first.push({ place, reason });
  }

  report(writer: TelemetryWriter): ImportReport {
    return {
      samples: writer.rows,
      added: writer.added,
      changed: writer.changed,
      badRows: this.badRows,
      firstBadRows: this.first,
      textFields: this.textFields,
      outOfScope: this.outOfScope,
    };
  }
}
