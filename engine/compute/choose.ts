import { AffinityError } from "../errors";
import type { Device, DeviceName } from "./device";
import { withFallback } from "./devices/fallback";
import { openPlainDevice } from "./devices/plain";
import { judge, notTried, reportOf, type DeviceReport } from "./report";
import type { ForestSize } from "./sample-forests";
import { workOf, type JobSize } from "./samples";
import { DEVICE_NAMES, disposeAll, tryAndRaceAll, tryDevice, type TrialOptions } from "./trial";

/**
 * Below this many additions (vms × hosts × resources × slots × calls) a race can't pay for itself: opening, testing
 * and racing four devices took 2 s, and the plain loop does 2^31 additions in 2 s (typical load) to 8 s (nothing to
 * skip). The largest cluster, 96 hosts × 8,000 VMs × 2 resources × 24 slots, is 2^25: some 60 scorings.
 */
export const RACE_WORK = 2 ** 31;

export type { DeviceReport } from "./report";

const HINTS: Record<DeviceName, string> = {
  plain: "report this as a defect",
  cpu: 'use device "auto" or "plain"',
  webasm: 'use device "auto" or "plain"',
  webgpu:
    'use device "auto"; or install the npm package webgpu and a Vulkan, Metal or Direct3D 12 driver (on Linux also ' +
    "libvulkan1), and see `vsphere-affinity doctor`",
};

export interface ChooseOptions extends TrialOptions {
  /** How often a job of this size will be run; 1 when not given. */
  readonly calls?: number;
  /** Work (additions over all calls) below which `auto` is `plain` without a race; {@link RACE_WORK} when not given. */
  readonly raceAbove?: number;
}

export interface Choice {
  /** The caller disposes of it. */
  readonly device: Device;
  /** One entry for each of {@link DEVICE_NAMES}. */
  readonly report: DeviceReport[];
}

/**
 * The device to work with. `auto` opens and self-tests every device, races those that pass on a typical job of this
 * size and takes the quickest; for a small job it is `plain`, and nothing is loaded. The choice can't change a plan:
 * every device gives the same bytes. Should the winner fail later, the plain loop takes over. A device asked for by name
 * is not replaced: its failure is the caller's to see.
 *
 * @throws AffinityError DEVICE_UNAVAILABLE when the device asked for by name isn't there or fails its self-test; the
 * signal's reason when aborted.
 */
export async function chooseDevice(
  preference: "auto" | DeviceName,
  size: JobSize | ForestSize,
  options: ChooseOptions = {},
): Promise<Choice> {
  options.signal?.throwIfAborted();
  if (preference !== "auto") return chooseNamed(preference, options);
  const work = workOf(size) * (options.calls ?? 1);
  if (work < (options.raceAbove ?? RACE_WORK)) return choosePlain(work);
  const trials = await tryAndRaceAll(size, options);
  const { winner, report } = judge(trials);
  await disposeAll(trials, winner);
  if (!winner?.device) throw unavailable("plain", trials.find(({ name }) => name === "plain")?.problem);
  return { device: withFallback(winner.device), report };
}

/**
 * Every device opened, self-tested and raced on a typical job of the size: what `doctor` shows. Takes seconds; nothing
 * stays open.
 */
export async function describeDevices(
  size: JobSize | ForestSize = { vms: 1000, hosts: 32, resources: 2, slots: 24 },
  options: TrialOptions = {},
): Promise<DeviceReport[]> {
  const trials = await tryAndRaceAll(size, options);
  const { report } = judge(trials);
  await disposeAll(trials);
  return report;
}

function choosePlain(work: number): Choice {
  const why = `a race can't pay for a job this small (${work.toExponential(1)} additions)`;
  const plain: DeviceReport = {
    name: "plain",
    available: true,
    chosen: true,
    verdict: `used: ${why}`,
    selfTest: "not run",
  };
  const report = DEVICE_NAMES.map((name) => (name === "plain" ? plain : notTried(name, why)));
  return { device: openPlainDevice(), report };
}

async function chooseNamed(name: DeviceName, options: ChooseOptions): Promise<Choice> {
  const trial = await tryDevice(name, options);
  if (!trial.device) throw unavailable(name, trial.problem);
  const report = DEVICE_NAMES.map((each) =>
    each === name ? reportOf(trial, true, "used: asked for by name") : notTried(each, `${name} was asked for by name`),
  );
  return { device: trial.device, report };
}

function unavailable(name: DeviceName, problem = "it was not tried"): AffinityError {
  return new AffinityError({
    code: "DEVICE_UNAVAILABLE",
    message: `the compute device "${name}" cannot be used: ${problem}`,
    hint: HINTS[name],
  });
}
