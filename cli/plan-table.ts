import type { PlacedVm, Plan } from "../engine/planner/plan";
import { type Column, renderTable } from "./table";

const COLUMNS: readonly Column[] = [
  { title: "" },
  { title: "VM", min: 12 },
  { title: "HOST", min: 10 },
  { title: "RISK", align: "right" },
  { title: "CPU", align: "right" },
  { title: "MEM", align: "right" },
  { title: "MAIN REASON", fill: true },
];

const MARK = { place: "new", move: "move", keep: "" } as const;
const RANK = { place: 0, move: 1, keep: 2 } as const;
/** Rows without --all; changes get more than what stays. */
const ROWS = 20;
const CHANGES = 40;

export const percent = (value: number | null, digits = 0): string =>
  value === null ? "?" : `${(value * 100).toFixed(digits)} %`;

/** What is new first, then what moves, then by falling risk. */
export function inOrderOfInterest(machines: readonly PlacedVm[]): PlacedVm[] {
  return [...machines].sort(
    (a, b) => RANK[a.action] - RANK[b.action] || b.risk - a.risk || (a.vm < b.vm ? -1 : a.vm > b.vm ? 1 : 0),
  );
}

/** VM, host, risk, headroom after the plan, main reason. `all` shows every VM. */
export function planTable(plan: Plan, options: { width: number; all: boolean }): string {
  const ordered = inOrderOfInterest(plan.virtualMachines);
  const changes = ordered.filter((placed) => placed.action !== "keep").length;
  const shown = options.all ? ordered : ordered.slice(0, Math.max(ROWS, Math.min(CHANGES, changes)));
  const domain = commonDomain(plan.hosts.map((host) => host.name));
  const short = (text: string) => (domain ? text.replaceAll(domain, "") : text);
  const rows = shown.map((placed) => [
    MARK[placed.action],
    placed.vm,
    short(placed.host),
    percent(placed.risk, 1),
    percent(placed.headroom.cpu),
    percent(placed.headroom.memory),
    short(placed.reasons[0].text),
  ]);
  const lines = [renderTable(COLUMNS, rows, options.width)];
  const hidden = ordered.slice(shown.length);
  if (hidden.length > 0) lines.push(`... and ${hidden.length} more: ${counts(hidden)} (--all shows them)`);
  return lines.join("\n");
}

/** `.example.com` where all hosts are in it: the table has better use for the width. */
export function commonDomain(hosts: readonly string[]): string {
  const domains = new Set(hosts.map((host) => (/^[^.\s]+(\..+)$/.exec(host) ?? ["", ""])[1]));
  const [domain] = domains;
  return domains.size === 1 && !/^[.\d]+$/.test(domain) ? domain : "";
}

function counts(machines: readonly PlacedVm[]): string {
  const count = (action: PlacedVm["action"]) => machines.filter((placed) => placed.action === action).length;
  return `${count("place")} to place, ${count("move")} to move, ${count("keep")} stay`;
}

/** Counts, where the plan's figures come from, and what it lacked. */
export function planSummary(plan: Plan): string {
  const lines = [
    `cluster ${plan.cluster.name}: ${counts(plan.virtualMachines)}`,
    `headroom is the share of the host left free at the worst hour; plan ${plan.digest.slice(0, 12)}, seed ${plan.seed}, as of ${isoTime(plan.asOf)}`,
    `${percent(plan.telemetry.coverage)} of the forecasts rest on history${plan.telemetry.newest === null ? "" : `; newest sample ${isoTime(plan.telemetry.newest)}`}`,
  ];
  for (const { what, subjects, fallback } of plan.lacking)
    lines.push(`lacking ${what} of ${few(subjects)}: ${fallback}`);
  return lines.join("\n");
}

export const isoTime = (epochSeconds: number): string =>
  new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");

/** Some names, and how many more there are. */
export function few(names: readonly string[], shown = 3): string {
  const head = names.slice(0, shown).join(", ");
  return names.length > shown ? `${head} and ${names.length - shown} more` : head;
}
