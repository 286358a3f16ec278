import type { Snapshot } from "../../engine/snapshot";
import type { MetricId } from "../../engine/telemetry/schema";
import type { TelemetrySource } from "../../engine/telemetry/source";
import type { Settings } from "../../provider/settings";
import type { Context } from "../command";
import { lazy } from "../lazy";
import { isoTime, percent } from "../plan-table";
import { withTelemetry } from "../world";
import { type Check, failedCheck } from "./check";

/** Without these a forecast falls back to configured sizes; the others only sharpen it. */
const NEEDED: readonly MetricId[] = ["vmCpuMhz", "vmMemoryActiveMb"];
const ENOUGH = 0.9;
const HOUR = 3600;

/** The store, and per metric how many VMs or hosts have samples and how old the newest is. */
export async function checkTelemetry(
  context: Context,
  settings: Settings,
  snapshot: Snapshot | null,
): Promise<Check[]> {
  if (!settings.telemetry) {
    const next = "give --telemetry FILE or URL; until then plans rest on configured sizes";
    return [{ name: "telemetry", status: "warning", detail: "none is configured", next }];
  }
  try {
    return await withTelemetry(settings, async (telemetry) => {
      const opened: Check = { name: "telemetry", status: "ok", detail: telemetry!.name };
      return snapshot ? [opened, ...(await checkMetrics(context, settings, snapshot, telemetry!))] : [opened];
    });
  } catch (error) {
    return [failedCheck("telemetry", error)];
  }
}

async function checkMetrics(
  context: Context,
  settings: Settings,
  snapshot: Snapshot,
  telemetry: TelemetrySource,
): Promise<Check[]> {
  const { METRICS } = lazy.telemetrySchema();
  const now = Math.floor(Date.now() / 1000);
  const journal = lazy.journal().openJournal(settings.journal);
  const asOf = await lazy.world().instantOf(settings, { snapshot, telemetry, journal }, now);
  const end = Math.ceil(asOf / HOUR) * HOUR;
  const length = settings.plan.historyDays * 24;
  const grid = { start: end - length * HOUR, step: HOUR, length };
  const vcenter = snapshot.source.name;
  const subjects = { vm: snapshot.virtualMachines.filter((vm) => !vm.template), host: snapshot.hosts };
  const checks: Check[] = [];
  for (const metric of Object.keys(METRICS) as MetricId[]) {
    const { kind } = METRICS[metric];
    const known = new Set(subjects[kind].map((item) => item.id));
    const extents = await telemetry.extents({ kind, vcenter, metric, grid }, context.signal);
    const newest = extents.reduce<number | null>((last, extent) => Math.max(last ?? 0, extent.last), null);
    const covered = extents.filter((extent) => known.has(extent.entity)).length;
    checks.push(metricCheck(metric, { covered, known: known.size, newest, asOf }, settings));
  }
  return checks;
}

function metricCheck(
  metric: MetricId,
  found: { covered: number; known: number; newest: number | null; asOf: number },
  settings: Settings,
): Check {
  const { covered, known, newest, asOf } = found;
  const { kind, measurement, field } = lazy.telemetrySchema().METRICS[metric];
  const name = `metric ${metric}`;
  const subjects = kind === "vm" ? "VMs" : "hosts";
  const needed = NEEDED.includes(metric);
  if (newest === null) {
    const detail = `no sample of ${measurement} ${field} in ${settings.plan.historyDays} days`;
    if (!needed) return { name, status: "warning", detail };
    return { name, status: "error", detail, next: "let Telegraf's inputs.vsphere collect it, or import it" };
  }
  const age = Math.max(0, Math.round((asOf - newest) / 60));
  const detail = `${covered} of ${known} ${subjects} (${percent(known === 0 ? 0 : covered / known)}), newest ${isoTime(newest)}, ${age} min before the plan's instant`;
  if (age > settings.plan.maxStalenessMinutes) {
    return {
      name,
      status: needed ? "error" : "warning",
      detail,
      next: "is Telegraf running? data of the past needs --as-of newest",
    };
  }
  if (covered >= known * ENOUGH) return { name, status: "ok", detail };
  const next = `${subjects} without samples are planned by their configured size`;
  return { name, status: "warning", detail, next };
}
