import type { PlacedVm, Plan } from "../../engine/planner/plan";
import { AffinityError } from "../../engine/errors";
import { lazy } from "../lazy";
import { few, isoTime, percent, unresolvedLines } from "../plan-table";
import { nearest } from "../suggest";
import { renderTable } from "../table";
import type { VmWorkload } from "./workload";
import { explainPlanWave, waveNumber, type WaveExplanation } from "./wave";

/** What a plan says of a VM, a host or a wave: five lines, and one for each hard constraint that it breaks already. */
export type Explanation =
  | {
      readonly kind: "vm";
      readonly subject: PlacedVm;
      /** Where a trained model knows the VM's class. */
      readonly workload?: VmWorkload;
      readonly lines: readonly string[];
    }
  | { readonly kind: "host"; readonly subject: Plan["hosts"][number]; readonly lines: readonly string[] }
  | WaveExplanation;

/**
 * A VM or a host by name or id; else, as "wave-2" or "2", a wave of the plan.
 * @throws AffinityError SUBJECT_NOT_FOUND with the nearest name.
 */
export function explain(plan: Plan, name: string): Explanation {
  const placed = plan.virtualMachines.find((item) => item.vm === name || item.id === name);
  if (placed) return { kind: "vm", subject: placed, lines: explainVm(plan, placed) };
  const host = plan.hosts.find((item) => item.name === name || item.id === name);
  if (host) return { kind: "host", subject: host, lines: explainHost(plan, host) };
  const wave = waveNumber(name);
  if (wave !== null) return explainPlanWave(plan, wave);
  const near = nearest(name, [...plan.virtualMachines.map((item) => item.vm), ...plan.hosts.map((item) => item.name)]);
  throw new AffinityError({
    code: "SUBJECT_NOT_FOUND",
    message: `the plan of cluster ${plan.cluster.name} has no VM, no host and no wave "${name}"`,
    hint: near ? `did you mean "${near}"?` : "`vsphere-affinity plan --all` lists what it has",
  });
}

const ACTION = {
  place: () => "is placed on",
  keep: () => "stays on",
  move: (from: string | null) => `moves from ${from ?? "no host"} to`,
} as const;

const BASIS = {
  history: "its own history",
  like: "the history of a VM like it",
  configured: "its configured size, for lack of history",
} as const;

function explainVm(plan: Plan, placed: PlacedVm): string[] {
  const { headroom, runnersUp } = placed;
  const lacking = plan.lacking.filter((item) => item.subjects.includes(placed.vm)).map((item) => item.what);
  return [
    `${placed.vm} ${ACTION[placed.action](placed.from)} ${placed.host}`,
    `why: ${placed.reasons.map((reason) => reason.text).join("; ")}`,
    `risk ${percent(placed.risk, 1)}; ${placed.host} keeps ${percent(headroom.cpu)} of its CPU and ${percent(headroom.memory)} of its memory free at the worst hour`,
    runnersUp.length === 0
      ? "no other host may run it"
      : `next best: ${runnersUp.map((other) => `${other.host} at ${cost(other.extraCost)}${mainCause(other.byObjective)}`).join(", ")}`,
    `forecast from ${BASIS[placed.basis]}${lacking.length > 0 ? `; lacking ${lacking.join(", ")}` : ""}; plan ${plan.digest.slice(0, 12)} as of ${isoTime(plan.asOf)}`,
    ...unresolvedLines(plan, placed.vm),
  ];
}

/** One row for each host: what the VM costs there beside its own host, by objective, or what rules the host out. */
export function costTable({ costs = [], host: chosen }: PlacedVm, width: number): string {
  const objectives = [...new Set(costs.flatMap(({ byObjective }) => Object.keys(byObjective)))].filter((name) =>
    costs.some(({ byObjective, refused }) => refused === null && byObjective[name] !== 0),
  );
  const rows = costs.map(({ host, refused, extraCost, byObjective }) =>
    refused
      ? [host, "-", ...objectives.map(() => ""), refused.text]
      : [
          host,
          cost(extraCost),
          ...objectives.map((name) => cost(byObjective[name] ?? 0)),
          host === chosen ? "chosen" : "",
        ],
  );
  const right = { align: "right", min: 8 } as const;
  const columns = [
    { title: "HOST", min: 10 },
    { title: "COST", ...right },
    ...objectives.map((name) => ({ title: name, ...right })),
    { title: "RULED OUT", fill: true },
  ];
  return renderTable(columns, rows, width);
}

function explainHost(plan: Plan, host: Plan["hosts"][number]): string[] {
  const here = plan.virtualMachines.filter((placed) => placed.hostId === host.id);
  const arrives = here.filter((placed) => placed.action !== "keep").map((placed) => placed.vm);
  const leaves = plan.moves.filter((move) => move.fromHostId === host.id).map((move) => move.vm);
  const riskiest = [...here].sort((a, b) => b.risk - a.risk).slice(0, 3);
  return [
    `${host.name} runs ${host.vms.before} VMs now and ${host.vms.after} after the plan`,
    `peak CPU ${percent(host.peakCpu.before)} -> ${percent(host.peakCpu.after)}, peak memory ${percent(host.peakMemory.before)} -> ${percent(host.peakMemory.after)} over the horizon${waiting(host)}`,
    `probability that it fails within the horizon: ${percent(host.failureProbability, 2)}`,
    `arrives: ${few(arrives) || "nothing"}; leaves: ${few(leaves) || "nothing"}`,
    riskiest.length === 0
      ? "no VM in the plan's scope runs here"
      : `highest risk here: ${riskiest.map((placed) => `${placed.vm} ${percent(placed.risk, 1)}`).join(", ")}`,
    ...unresolvedLines(plan, host.name),
  ];
}

/** The share of the CPU time wanted that VMs wait for: the average over the horizon of what each hour may bring. */
function waiting({ expectedReady: ready }: Plan["hosts"][number]): string {
  return ready ? `; expected ready time ${percent(ready.before, 2)} -> ${percent(ready.after, 2)}` : "";
}

/** Cost in hosts' full weights, with a sign. */
const cost = (value: number) => `${value < 0 ? "" : "+"}${(value / lazy.plan().COST_UNIT).toFixed(4)}`;

function mainCause(byObjective: Readonly<Record<string, number>>): string {
  const [worst] = Object.entries(byObjective).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return worst && worst[1] > 0 ? ` (${worst[0]})` : "";
}
