import { AffinityError } from "../engine/errors";
import { type Journal, openJournal } from "../engine/journal";
import type { TrainedModels } from "../engine/models/training";
import { FileInventory, type InventorySource, type Snapshot } from "../engine/snapshot";
import { newestSample, openTelemetry, type TelemetrySource } from "../engine/telemetry";
import { openModels } from "./models";
import { traced } from "../engine/tracing";
import type { Settings } from "./settings";
import { readShared } from "./shared-inventory";
import { createVcenterInventory } from "./vsphere";

/**
 * The inventory that the settings name.
 * @param onWarning told what a vCenter's inventory lacks, such as objects that the user may not see
 */
export function openInventory(settings: Settings, onWarning?: (warning: string) => void): InventorySource {
  let tell = (_warning: string): void => undefined;
  const source = settings.vcenter
    ? createVcenterInventory(settings.vcenter, { onWarning: (warning) => tell(warning) })
    : new FileInventory(settings.inventory!);
  const read = (signal?: AbortSignal) =>
    traced("snapshot", { "vsphere.source": source.name }, async (span) => {
      const snapshot = await source.snapshot(signal);
      const { hosts, virtualMachines } = snapshot;
      span.setAttributes({ "vsphere.hosts": hosts.length, "vsphere.vms": virtualMachines.length });
      return snapshot;
    });
  return {
    name: source.name,
    snapshot: (signal) =>
      readShared(
        source.name,
        (keep) => {
          tell = keep;
          return read(signal);
        },
        onWarning,
      ),
    close: () => source.close(),
  };
}

/** Everything a run reads from, opened by the settings, closed after. */
export interface World {
  readonly snapshot: Snapshot;
  readonly telemetry: TelemetrySource | null;
  readonly journal: Journal;
  /** Null or absent: baselines serve. */
  readonly models?: TrainedModels | null;
}

/** Opens what `settings` name, hands it to `work`, and closes it whatever happens. */
export async function withWorld<T>(settings: Settings, work: (world: World) => Promise<T>): Promise<T> {
  const inventory = openInventory(settings);
  let telemetry: TelemetrySource | null = null;
  try {
    const snapshot = await inventory.snapshot();
    telemetry = settings.telemetry ? await openTelemetry(settings.telemetry) : null;
    const models = await openModels(settings, snapshot);
    return await work({ snapshot, telemetry, models, journal: openJournal(settings.journal) });
  } finally {
    await telemetry?.close();
    await inventory.close();
  }
}

/**
 * The instant that plans are made for, epoch seconds: now or that of the newest sample, rounded down to the plan's
 * step, or the one that the settings give.
 */
export async function instantOf(settings: Settings, world: World, now: number): Promise<number> {
  const step = settings.plan.stepMinutes * 60;
  const down = (seconds: number) => Math.floor(seconds / step) * step;
  if (settings.asOf === "now") return down(now);
  if (settings.asOf !== "newest") return Math.floor(Date.parse(settings.asOf) / 1000);
  const newest = world.telemetry ? await newestSample(world.telemetry, world.snapshot.source.name, now) : null;
  if (newest === null) {
    throw new AffinityError({
      code: "TELEMETRY_EMPTY",
      message: `asOf is "newest", but ${world.telemetry?.name ?? "no telemetry"} holds no sample of ${world.snapshot.source.name}`,
      hint: "import telemetry of this vCenter, or set asOf to an instant",
    });
  }
  return down(newest + step - 1);
}
