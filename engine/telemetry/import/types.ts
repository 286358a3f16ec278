import type { InfluxSettings } from "../influx-client";
import type { ColumnMapping } from "./mapping";

/** Where telemetry is copied from. */
export type ImportSource =
  | {
      readonly influx: InfluxSettings;
      /** Epoch seconds; everything that is there where absent. `to` is exclusive. */
      readonly from?: number;
      readonly to?: number;
    }
  | {
      /** A file of line protocol, as Telegraf's file output writes it; `.gz` is unpacked on the way. */
      readonly lineProtocol: string;
      /** Of its time stamps. Default: ns. */
      readonly precision?: "ns" | "us" | "ms" | "s";
    }
  | {
      /** A file of CSV (`.csv`, `.csv.gz`) or Parquet (`.parquet`). */
      readonly table: string;
      readonly mapping: ColumnMapping;
    };

export interface ImportOptions {
  /**
   * The vCenter, as Telegraf's `vcenter` tag names it. A table's rows are written under it, so a table needs it; of
   * InfluxDB and line protocol only the rows of this vCenter are taken, and those of all where it is absent.
   */
  readonly vcenter?: string;
  /** "metrics": the fields of METRICS. "all": every number of every `vsphere_*` measurement. Default: metrics. */
  readonly scope?: "metrics" | "all";
  /** How far it is: `done` of `total` in the source's own unit (bytes, rows, seconds of history). */
  readonly onProgress?: (done: number, total: number, label: string) => void;
  readonly signal?: AbortSignal;
}

/** A row that was not taken. */
export interface BadRow {
  /** Where it is, such as "line 12". */
  readonly place: string;
  readonly reason: string;
}

export interface ImportReport {
  /** Numbers read from the source, in scope and good. */
  readonly samples: number;
  /** Of these: new in the file, and changed there. The rest were there already. */
  readonly added: number;
  readonly changed: number;
  /** Rows that could not be taken, and the first of them. */
  readonly badRows: number;
  readonly firstBadRows: readonly BadRow[];
  /** What was left out on purpose: text and boolean fields, and what lies outside the scope or in another vCenter. */
  readonly textFields: number;
  readonly outOfScope: number;
}
