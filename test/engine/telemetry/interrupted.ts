import type { SeriesToWrite } from "../../../engine/telemetry";

/** What write-in-child.ts is told. */
export interface Interrupted {
  readonly path: string;
  /** Rows that are merged at a time. */
  readonly batch: number;
}

export const INTERRUPTED_SAMPLES = 3000;

/** What an import that is killed in the middle would have written. */
export function interruptedSeries(): SeriesToWrite[] {
  return Array.from({ length: 40 }, (_, vm) => ({
    ...{ metric: "vmCpuMhz", vcenter: "vc", entity: `vm-${vm}`, name: `app-${vm}`, start: 0, step: 60 },
    values: Float64Array.from({ length: INTERRUPTED_SAMPLES }, (_, i) => vm * INTERRUPTED_SAMPLES + i),
  }));
}
