import type { DeviceName } from "./device";
import type { RaceResult } from "./race";
import type { Trial } from "./trial";

/** What is known of one device after a choice. */
export interface DeviceReport {
  readonly name: DeviceName;
  /** It was opened and is fit for use; undefined when it wasn't tried. */
  readonly available: boolean | undefined;
  readonly chosen: boolean;
  /** Why it was chosen, not chosen, or can't be: a sentence without a full stop. */
  readonly verdict: string;
  readonly selfTest: "passed" | "failed" | "not run";
  /** What WebGPU runs on. */
  readonly adapter?: string;
  /** Loading and opening, self-test included, in milliseconds. */
  readonly openMs?: number;
  readonly race?: RaceResult;
}

/** Of the devices that were raced the one with the least median, and what is to be said of each. */
export function judge(trials: readonly Trial[]): { winner: Trial | undefined; report: DeviceReport[] } {
  const winner = trials
    .filter((trial) => trial.device && trial.race)
    .sort((a, b) => a.race!.medianMs - b.race!.medianMs)
    .at(0);
  const report = trials.map((trial) => reportOf(trial, trial === winner, verdictOf(trial, winner)));
  return { winner, report };
}

export function reportOf(trial: Trial, chosen: boolean, verdict: string): DeviceReport {
  const { name, device, selfTest, adapter, openMs, race } = trial;
  return { name, available: device !== undefined, chosen, verdict, selfTest, adapter, openMs, race };
}

export function notTried(name: DeviceName, why: string): DeviceReport {
  return { name, available: undefined, chosen: false, verdict: `not tried: ${why}`, selfTest: "not run" };
}

function verdictOf(trial: Trial, winner: Trial | undefined): string {
  if (trial.problem !== undefined) return trial.problem;
  const { medianMs: ms, of } = trial.race!;
  if (trial === winner) return `used: quickest, ${ms.toFixed(1)} ms per ${of}`;
  return `not used: ${(ms / winner!.race!.medianMs).toFixed(1)} times as long as ${winner!.name}`;
}
