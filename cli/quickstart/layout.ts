import { join, resolve } from "node:path";
import { digestOf } from "../../engine/digest";

/** What a quickstart run reads and where it keeps what it makes. */
export interface Layout {
  readonly inventory: string;
  readonly telemetry: string;
  /** Whether both are made by the quickstart; otherwise the user gave them. */
  readonly synthetic: boolean;
  readonly journal: string;
  /** The stack's state, configuration and Pulumi home. */
  readonly stackFolder: string;
  readonly folder: string;
}

/** Data given by the user get a stack of their own, so that going back and forth replaces nothing. */
export function layoutOf(folder: string, given: { inventory: string; telemetry: string } | undefined): Layout {
  const root = resolve(folder);
  const data = given && { inventory: resolve(given.inventory), telemetry: resolve(given.telemetry) };
  const stackFolder = join(root, data ? `given-${digestOf(data).slice(0, 8)}` : "stack");
  return {
    inventory: data?.inventory ?? join(root, "inventory.json"),
    telemetry: data?.telemetry ?? join(root, "telemetry.duckdb"),
    synthetic: data === undefined,
    journal: join(stackFolder, "journal.duckdb"),
    stackFolder,
    folder: root,
  };
}
