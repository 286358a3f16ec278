import type { Snapshot } from "../../engine/snapshot";
import type { MetricId } from "../../engine/telemetry/schema";
import type { TelemetrySource } from "../../engine/telemetry/source";
import type { Settings } from "../../provider/settings";
import type { Context } from "../command";
import { lazy } from "../lazy";
import type { Report } from "../progress";
import { isoTime, percent } from "../plan-table";
import { withTelemetry } from "../world";
import { type Check, failedCheck } from "./check";

/** Without these a forecast falls back to configured sizes; the others only sharpen it. */
const needed = (metric: MetricId): boolean => lazy.demand().DEMAND_METRICS.includes(metric);
const ENOUGH = 0.9;
const HOUR = 3600;
const DAY = 24 * HOUR;

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
    return await context.steps.run("looking at the telemetry", (report) =>
      withTelemetry(settings, async (telemetry) => {
        const opened: Check = { name: "telemetry", status: "ok", detail: telemetry!.name };
        if (snapshot) return [opened, ...(await checkMetrics(context, settings, snapshot, telemetry!, report))];
        return [{ ...opened, detail: `${telemetry!.name}; not compared, for want of an inventory` }];
      }),
    );
  } catch (error) {
    return [failedCheck("telemetry", error)];
  }
}

/** For a person: the metrics that a forecast doesn't rest on, by what is found of them, a line each. */
export function withMetricsFolded(checks: readonly Check[]): Check[] {
  const folded = new Map<Check["status"], string[]>();
  const rest: Check[] = [];
  for (const check of checks) {
    const metric = /^metric (\w+)$/.exec(check.name)?.[1] as MetricId | undefined;
    if (!metric || needed(metric)) rest.push(check);
    else folded.set(check.status, [...(folded.get(check.status) ?? []), metric]);
  }
  const lines = [...folded].map(([status, metrics]): Check => {
    const names = `${metrics.length} more metrics: ${metrics.join(", ")}`;
    if (status === "ok") return { name: "telemetry", status, detail: names };
    const next =
      "optional, they sharpen forecasts and risks; --json tells of each, docs/telemetry.md how to collect it";
    return { name: "telemetry", status, detail: `few samples or none of ${names}`, next };
  });
  return [...rest, ...lines];
}

async function checkMetrics(
  context: Context,
  settings: Settings,
  snapshot: Snapshot,
  telemetry: TelemetrySource,
  report: Report,
): Promise<Check[]> {
  const { METRICS } = lazy.telemetrySchema();
  const now = Math.floor(Date.now() / 1000);
  const journal = lazy.journal().openJournal(settings.journal);
  // Plans are made for whole steps; a collector that was started minutes ago is nevertheless at work.
  const asOf =
    settings.asOf === "now" ? now : await lazy.world().instantOf(settings, { snapshot, telemetry, journal }, now);
  const end = Math.ceil(asOf / HOUR) * HOUR;
  const length = settings.plan.historyDays * 24;
  const grid = { start: end - length * HOUR, step: HOUR, length };
  const vcenter = snapshot.source.name;
  const subjects = { vm: snapshot.virtualMachines.filter((vm) => !vm.template), host: snapshot.hosts };
  const checks: Check[] = [];
  const metrics = Object.keys(METRICS) as MetricId[];
  for (const metric of metrics) {
    report({ done: checks.length, total: metrics.length, text: metric });
    const { kind } = METRICS[metric];
    const known = new Set(subjects[kind].map((item) => item.id));
    const extents = await telemetry.extents({ kind, vcenter, metric, grid }, context.signal);
    const newest = extents.reduce<number | null>((last, extent) => Math.max(last ?? 0, extent.last), null);
    const covered = extents.filter((extent) => known.has(extent.entity)).length;
    const first = extents.reduce((least, extent) => Math.min(least, extent.first), Infinity);
    checks.push(metricCheck(metric, { covered, known: known.size, first, newest, asOf, vcenter }, settings));
  }
  return checks;
}

interface Found {
  /** VMs or hosts of the inventory with samples, and all of them. */
  readonly covered: number;
  readonly known: number;
  /** Epoch seconds of the oldest sample in the window; Infinity if there is none. */
  readonly first: number;
  readonly newest: number | null;
  readonly asOf: number;
  readonly vcenter: string;
}

function metricCheck(metric: MetricId, found: Found, settings: Settings): Check {
  const { covered, known, first, newest, asOf, vcenter } = found;
  const { kind, measurement, field } = lazy.telemetrySchema().METRICS[metric];
  const name = `metric ${metric}`;
  const subjects = kind === "vm" ? "VMs" : "hosts";
  const isNeeded = needed(metric);
  if (newest === null) {
    const detail = `no sample of ${measurement} ${field} with vcenter=${vcenter} in ${settings.plan.historyDays} days`;
    if (!isNeeded) return { name, status: "warning", detail, next: "optional: it sharpens forecasts and risks" };
    const next = `does Telegraf's inputs.vsphere collect it, and name the vCenter "${vcenter}" in its vcenters? see docs/telemetry.md`;
    return { name, status: "error", detail, next };
  }
  const age = Math.max(0, Math.round((asOf - newest) / 60));
  const detail = `${covered} of ${known} ${subjects} (${percent(known === 0 ? 0 : covered / known)}), newest ${isoTime(newest)}, ${age} min before the plan's instant, oldest ${isoTime(first)}`;
  if (age > settings.plan.maxStalenessMinutes) {
    return {
      name,
      status: isNeeded ? "error" : "warning",
      detail,
      next: "is Telegraf running? data of the past needs --as-of newest",
    };
  }
  if (covered >= known * ENOUGH) {
    if (!isNeeded || asOf - first >= DAY) return { name, status: "ok", detail };
    const next = "plan on it from tomorrow: a forecast needs a day of history, and two weeks show the days of the week";
    return { name, status: "warning", detail, next };
  }
  const next = `${subjects} without samples are planned by their configured size`;
  return { name, status: "warning", detail, next };
}
