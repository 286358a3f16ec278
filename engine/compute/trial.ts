import type { Device, DeviceName } from "./device";
import { openDevice, type OpenDevice } from "./devices/open";
import { race, type RaceLimits, type RaceResult } from "./race";
import type { ForestSize } from "./sample-forests";
import type { JobSize } from "./samples";
import { selfTest } from "./selftest";

/** In the order in which they are tried. */
export const DEVICE_NAMES: readonly DeviceName[] = ["plain", "webasm", "cpu", "webgpu"];

export interface TrialOptions {
  readonly signal?: AbortSignal;
  readonly limits?: RaceLimits;
  /** How devices are opened; the real way when not given. */
  readonly open?: OpenDevice;
}

/** What trying a device came to: an open device that passed its self-test, or else the problem. */
export interface Trial {
  readonly name: DeviceName;
  readonly selfTest: "passed" | "failed" | "not run";
  /** Milliseconds. */
  readonly openMs: number;
  readonly device?: Device;
  readonly adapter?: string;
  readonly problem?: string;
  readonly race?: RaceResult;
}

/** @throws the signal's reason when aborted; any other failure is a trial with a problem. */
export async function tryDevice(name: DeviceName, options: TrialOptions): Promise<Trial> {
  const { signal, open = openDevice } = options;
  signal?.throwIfAborted();
  const start = performance.now();
  let device: Device | undefined;
  try {
    const opened = await open(name, signal);
    device = opened.device;
    const failure = await selfTest(device, signal);
    const openMs = performance.now() - start;
    if (!failure) return { name, selfTest: "passed", openMs, ...opened };
    await device.dispose();
    return { name, selfTest: "failed", openMs, adapter: opened.adapter, problem: `self-test ${failure}` };
  } catch (error) {
    await device?.dispose();
    signal?.throwIfAborted();
    return { name, selfTest: "not run", openMs: performance.now() - start, problem: messageOf(error) };
  }
}

/** Every device tried and raced, one after the other, so that none is timed while another works. */
export async function tryAndRaceAll(size: JobSize | ForestSize, options: TrialOptions): Promise<Trial[]> {
  const trials: Trial[] = [];
  try {
    for (const name of DEVICE_NAMES) {
      const trial = await tryDevice(name, options);
      trials.push(trial);
      if (trial.device) trials[trials.length - 1] = await raceOne(trial, trial.device, size, options);
    }
  } catch (error) {
    await disposeAll(trials);
    throw error;
  }
  return trials;
}

export async function disposeAll(trials: readonly Trial[], except?: Trial): Promise<void> {
  for (const trial of trials) if (trial !== except) await trial.device?.dispose();
}

async function raceOne(
  trial: Trial,
  device: Device,
  size: JobSize | ForestSize,
  options: TrialOptions,
): Promise<Trial> {
  try {
    return { ...trial, race: await race(device, size, options.limits, options.signal) };
  } catch (error) {
    options.signal?.throwIfAborted();
    await device.dispose();
    return { ...trial, device: undefined, problem: `failed in the race: ${messageOf(error)}` };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
