import type { Snapshot } from "../../engine/snapshot";
import type { MetricId } from "../../engine/telemetry/schema";
import type { TelemetrySource } from "../../engine/telemetry/source";
import type { Settings } from "../../provider/settings";
import type { Context } from "../command";
import { lazy } from "../lazy";
import type { Report } from "../progress";
import { few, isoTime, percent } from "../plan-table";
import { withTelemetry } from "../world";
import { type Check, failedCheck } from "./check";
import { clockCheck } from "./clock";

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
  const opened: Check[] = [];
  try {
    const metrics = await context.steps.run("looking at the telemetry", (report) =>
      withTelemetry(settings, async (telemetry) => {
        opened.push({ name: "telemetry", status: "ok", detail: telemetry!.name });
        if (telemetry!.clock) opened.push(clockCheck("the telemetry store", await telemetry!.clock(context.signal)));
        if (snapshot) return checkMetrics(context, settings, snapshot, telemetry!, report);
        const next = "it is compared with the VMs and hosts once the inventory can be read";
        const detail = "not compared, for want of an inventory";
        return [{ name: "telemetry", status: "warning", detail, next } as const];
      }),
    );
    return [...opened, ...metrics];
  } catch (error) {
    return [...opened, failedCheck("telemetry", error)];
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
    // A VM that is off has no samples, and needs none.
    const known = subjects[kind].filter((item) => item.power === "poweredOn");
    const extents = await telemetry.extents({ kind, vcenter, metric, grid }, context.signal);
    const newest = extents.reduce<number | null>((last, extent) => Math.max(last ?? 0, extent.last), null);
    const lastOf = new Map(extents.map(({ entity, last }) => [entity, last]));
    const silent = known.filter(({ id }) => !lastOf.has(id)).map(({ name }) => name);
    const oldest = asOf - settings.plan.maxStalenessMinutes * 60;
    const late = known.filter(({ id }) => (lastOf.get(id) ?? Infinity) < oldest).map(({ name }) => name);
    const first = extents.reduce((least, extent) => Math.min(least, extent.first), Infinity);
    checks.push(metricCheck(metric, { known: known.length, silent, late, first, newest, asOf, vcenter }, settings));
  }
  return checks;
}

interface Found {
  /** VMs or hosts of the inventory that run. */
  readonly known: number;
  /** Names of those without any sample, and of those without one of late. */
  readonly silent: readonly string[];
  readonly late: readonly string[];
  /** Epoch seconds of the oldest sample in the window; Infinity if there is none. */
  readonly first: number;
  readonly newest: number | null;
  readonly asOf: number;
  readonly vcenter: string;
}

function metricCheck(metric: MetricId, found: Found, settings: Settings): Check {
  const { known, silent, late, first, newest, asOf, vcenter } = found;
  const { kind, measurement, field } = lazy.telemetrySchema().METRICS[metric];
  const name = `metric ${metric}`;
  const subjects = kind === "vm" ? "VMs" : "hosts";
  const isNeeded = needed(metric);
  const problem = isNeeded ? "error" : "warning";
  const setting = `${kind}_metric_include of Telegraf's inputs.vsphere: "${counterOf(measurement, field)}"`;
  if (newest === null) {
    const detail = `no sample of ${measurement} ${field} with vcenter=${vcenter} in ${settings.plan.historyDays} days`;
    const same = `its vcenters must name this one "${vcenter}"`;
    const next = isNeeded ? `add to ${setting}; ${same}` : `optional: add to ${setting}`;
    return { name, status: problem, detail, next };
  }
  const age = Math.max(0, Math.round((asOf - newest) / 60));
  const covered = known - silent.length;
  const detail = `${covered} of ${known} ${subjects} that run (${percent(known === 0 ? 0 : covered / known)}), newest ${isoTime(newest)}, ${age} min before the plan's instant, oldest ${isoTime(first)}`;
  if (age > settings.plan.maxStalenessMinutes) {
    const next =
      "is Telegraf running, and does it reach the vCenter and the store? data of the past needs --as-of newest";
    return { name, status: problem, detail, next };
  }
  const gaps = [
    silent.length > 0 && `without samples: ${few(silent)}`,
    late.length > 0 && `none in the last ${settings.plan.maxStalenessMinutes} min: ${few(late)}`,
  ].filter((gap) => gap !== false);
  if (gaps.length > 0) {
    const include = `${kind}_include and ${kind}_exclude of inputs.vsphere, and what its user may see`;
    const speed = "collect_concurrency and max_query_metrics, if a collection takes longer than its interval";
    return {
      name,
      status: covered >= known * ENOUGH ? "ok" : "warning",
      detail: `${detail}; ${gaps.join("; ")}`,
      next: `look at ${silent.length > 0 ? include : speed}; ${subjects} without samples are planned by configured size`,
      problems: [...silent, ...late].map((path) => ({ path, message: silent.includes(path) ? "no sample" : "late" })),
    };
  }
  if (!isNeeded || asOf - first >= DAY) return { name, status: "ok", detail };
  const next = "plan on it from tomorrow: a forecast needs a day of history, and two weeks show the days of the week";
  return { name, status: "warning", detail, next };
}

/** As Telegraf's settings name it: cpu.usagemhz.average. */
const counterOf = (measurement: string, field: string): string =>
  `${measurement.split("_")[2]}.${field.replace(/_(\w+)$/, ".$1")}`;
