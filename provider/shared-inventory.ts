import { AsyncLocalStorage } from "node:async_hooks";
import type { Snapshot } from "../engine/snapshot";

interface Reading {
  readonly snapshot: Promise<Snapshot>;
  readonly warnings: string[];
  /** Epoch milliseconds when it was begun. */
  readonly at: number;
}

/** What is judged is never older than this. */
const LONGEST_MS = 120_000;

const readings = new AsyncLocalStorage<Map<string, Reading>>();

/**
 * Runs `work` with one reading of each inventory for all that it judges: a large vCenter takes a quarter of a minute for
 * it. A run that acts reads for itself, and its end makes what was read before useless.
 */
export const sharingInventory = <T>(work: () => Promise<T>): Promise<T> =>
  readings.run(readings.getStore() ?? new Map<string, Reading>(), work);

/** Says that the inventory may have changed: the next to ask reads it anew. */
export const forgetInventory = (): void => readings.getStore()?.clear();

/**
 * The reading that the run has, or a new one; outside of `sharingInventory` always a new one.
 * @param name of the inventory
 * @param onWarning told what the inventory lacks, whoever read it
 */
export async function readShared(
  name: string,
  read: (onWarning: (warning: string) => void) => Promise<Snapshot>,
  onWarning: (warning: string) => void = () => undefined,
): Promise<Snapshot> {
  const shared = readings.getStore();
  if (!shared) return read(onWarning);
  const known = shared.get(name);
  const reading = known && Date.now() - known.at < LONGEST_MS ? known : begin(read);
  shared.set(name, reading);
  try {
    const snapshot = await reading.snapshot;
    reading.warnings.forEach(onWarning);
    return snapshot;
  } catch (error) {
    if (shared.get(name) === reading) shared.delete(name);
    throw error;
  }
}

function begin(read: (onWarning: (warning: string) => void) => Promise<Snapshot>): Reading {
  const warnings: string[] = [];
  return { snapshot: read((warning) => warnings.push(warning)), warnings, at: Date.now() };
}
