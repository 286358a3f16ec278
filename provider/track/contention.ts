import type { Prediction, PredictedPlacement } from "../../engine/journal/predictions";
import type { Assessment } from "../../engine/models/assessment";
import { DEMAND_METRICS, predictContention } from "../../engine/models/demand";
import { seasonalBaseline } from "../../engine/models/demand/seasonal";
import { HOUR, type HourlyHistory, historyGrid, readHistory, rowOf } from "../../engine/models/history";
import type { Snapshot } from "../../engine/snapshot";
import type { TelemetrySource } from "../../engine/telemetry/source";

/** Hours ahead for which contention is kept: soon, within a shift, tomorrow. */
const HOURS_AHEAD = [1, 6, 24];

const RESOURCES = [
  { name: "cpu", event: "cpu contention", trained: "demand/quantile/cpu", metric: "vmCpuMhz" },
  { name: "memory", event: "memory contention", trained: "demand/quantile/memory", metric: "vmMemoryConsumedMb" },
] as const;

/**
 * The probability that each host's VMs, as they are placed now, want more than its threshold in the hour that ends 1, 6
 * and 24 hours from now. Each horizon is a model of its own, such as "demand/quantile/cpu@6h", since each has its own
 * calibration; the baseline's are "seasonal-baseline/cpu@6h".
 */
export function contentionPredictions(
  assessment: Assessment,
  snapshot: Snapshot,
  cluster: string,
  asOf: number,
): { predictions: Prediction[]; placement: PredictedPlacement } {
  const { horizon, virtualMachines } = assessment;
  const hosts = snapshot.hosts.filter(({ id, maintenance }) => assessment.hosts.ids.includes(id) && !maintenance);
  const running = new Map(snapshot.virtualMachines.map((vm) => [vm.id, vm.power === "poweredOn" ? vm.host : null]));
  const placed = virtualMachines.ids.map((id) => running.get(id) ?? null);
  const said = predictContention(
    assessment,
    placed,
    hosts.map(({ id, cpuMhz, memoryMb }) => ({ id, zone: null, cpuMhz, memoryMb })),
  );
  const trained = new Set(assessment.trained?.map(({ name }) => name));
  const slots = HOURS_AHEAD.map((hours) => ({ hours, slot: (hours * HOUR) / horizon.step - 1 })).filter(
    ({ slot }) => Number.isInteger(slot) && slot < horizon.length,
  );
  const predictions = said.hosts.flatMap((host, h): Prediction[] => {
    // A VM whose need nobody knows makes the host's a guess; a host without VMs is no achievement.
    if (host.unknownVirtualMachines > 0 || !placed.includes(host.host)) return [];
    return RESOURCES.flatMap(({ name, event, trained: model }) => {
      const probability = host.contention[name];
      const capacity = name === "cpu" ? hosts[h].cpuMhz : hosts[h].memoryMb;
      if (probability === null || capacity === null) return [];
      const serving = trained.has(model) ? model : `${seasonalBaseline.name}/${name}`;
      return slots.map(({ hours, slot }) => ({
        ...{ model: `${serving}@${hours}h`, cluster, subject: host.host, at: asOf, event },
        due: horizon.start + (slot + 1) * horizon.step,
        ...{ value: probability[slot], unit: "probability", bound: said.threshold[name] * capacity },
      }));
    });
  });
  const placement: Record<string, string[]> = {};
  virtualMachines.ids.forEach((id, row) => {
    const host = placed[row];
    if (host !== null) (placement[host] ??= []).push(id);
  });
  return { predictions, placement };
}

/** Gives 1 or 0 for a forecast of contention that is due; null where nobody can tell. */
export type ContentionJudge = (prediction: Prediction) => number | null;

/**
 * Judges forecasts by what the VMs that were meant have used since, wherever they ran: a host that was relieved in time
 * does not make its forecast wrong.
 * @param due all of them, so that one reading of the telemetry serves
 */
export async function contentionJudge(
  due: readonly Prediction[],
  placements: ReadonlyMap<number, PredictedPlacement>,
  snapshot: Snapshot,
  telemetry: TelemetrySource | null,
  now: number,
): Promise<ContentionJudge> {
  const meant = due.flatMap(({ at, subject }) => placements.get(at)?.[subject] ?? []);
  const ids = [...new Set(meant)];
  if (!telemetry || ids.length === 0) return () => null;
  const first = Math.min(...due.map((item) => item.due)) - HOUR;
  const days = Math.ceil((now - first) / (24 * HOUR)) + 1;
  const history = await readHistory(telemetry, {
    ...{ kind: "vm", vcenter: snapshot.source.name, metrics: DEMAND_METRICS, grid: historyGrid(now, days, 60) },
    ...{ entities: ids, all: false },
  });
  const rowsOf = new Map(ids.map((id, row) => [id, row]));
  return ({ at, due: until, subject, event, bound }) => {
    const resource = RESOURCES.find((each) => each.event === event);
    if (!resource || bound === null) return null;
    const members = placements.get(at)?.[subject] ?? [];
    return crossed(history, resource.metric, members, rowsOf, until, bound);
  };
}

/** Whether the members' means in the hour before `until` add up to more than the bound; null where one is not known and could decide. */
function crossed(
  history: HourlyHistory,
  metric: (typeof RESOURCES)[number]["metric"],
  members: readonly string[],
  rows: ReadonlyMap<string, number>,
  until: number,
  bound: number,
): number | null {
  const hour = until / HOUR - 1 - history.firstHour;
  if (members.length === 0 || hour < 0 || hour >= history.hours) return null;
  let sum = 0;
  let unknown = 0;
  for (const id of members) {
    const value = rowOf(history, metric, rows.get(id)!)[hour];
    if (Number.isNaN(value)) unknown++;
    else sum += value;
  }
  if (sum > bound) return 1;
  return unknown === 0 ? 0 : null;
}
