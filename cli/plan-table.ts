import type { PlacedVm, Plan } from "../engine/planner/plan";
import { type Column, printable, renderTable } from "./table";
import { wrap } from "./wrap";

const COLUMNS: readonly Column[] = [
  { title: "" },
  { title: "VM", min: 12 },
  { title: "HOST", min: 10 },
  { title: "RISK", align: "right" },
  { title: "CPU FREE", align: "right" },
  { title: "MEM FREE", align: "right" },
];
const REASON: Column = { title: "MAIN REASON", fill: true };
/** Narrower than this the reason gets lines of its own: cut off, it would say nothing. */
const WIDE = 130;
const INDENT = " ".repeat(6);

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
export function planTable(plan: Plan, { width, all }: { width: number; all: boolean }): string {
  const ordered = inOrderOfInterest(plan.virtualMachines);
  const changes = ordered.filter((placed) => placed.action !== "keep").length;
  const shown = all ? ordered : ordered.slice(0, Math.max(ROWS, Math.min(CHANGES, changes)));
  const domain = commonDomain(plan.hosts.map((host) => host.name));
  const short = (text: string) => (domain ? text.replaceAll(domain, "") : text);
  const rows = shown.map((placed) => [
    MARK[placed.action],
    placed.vm,
    short(placed.host),
    percent(placed.risk, 1),
    percent(placed.headroom.cpu),
    percent(placed.headroom.memory),
  ]);
  const reasons = shown.map((placed) => short(placed.reasons[0].text));
  const lines =
    width >= WIDE
      ? [wideTable(rows, reasons, width)]
      : withReasonsBelow(renderTable(COLUMNS, rows, width).split("\n"), reasons, width);
  const hidden = ordered.slice(shown.length);
  if (hidden.length > 0) lines.push(`... and ${hidden.length} more: ${counts(hidden)} (--all shows them)`);
  return lines.join("\n");
}

function wideTable(rows: readonly string[][], reasons: readonly string[], width: number): string {
  const full = rows.map((row, i) => [...row, reasons[i]]);
  return renderTable([...COLUMNS, REASON], full, width);
}

/** Same reasons one after another are told once, below the last of their rows. */
function withReasonsBelow([head, ...rows]: string[], reasons: readonly string[], width: number): string[] {
  return [
    head,
    ...rows.flatMap((row, i) =>
      reasons[i] === reasons[i + 1] ? [row] : [row, ...wrap(INDENT + printable(reasons[i]), width, INDENT)],
    ),
  ];
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

/** Counts, what the columns mean, where the figures come from, what is broken already and what was lacking. */
export function planSummary(plan: Plan, width = Infinity): string {
  const { telemetry } = plan;
  const newest = telemetry.newest === null ? "" : `; newest sample ${isoTime(telemetry.newest)}`;
  const rest =
    plan.virtualMachines.length === 0
      ? []
      : [
          "risk: the chance that a VM's host fails or is short of CPU or memory within the horizon; free: the share of the host left at its busiest hour, after the plan",
          `${percent(telemetry.coverage)} of the forecasts rest on history${newest}`,
        ];
  return [
    `cluster ${plan.cluster.name}: ${counts(plan.virtualMachines)}; plan ${plan.digest.slice(0, 12)} as of ${isoTime(plan.asOf)}, seed ${plan.seed}`,
    ...rest,
    ...endLines(plan),
    ...unresolvedLines(plan),
    ...plan.lacking.map(({ what, subjects, fallback }) => `lacking ${what} of ${few(subjects)}: ${fallback}`),
  ]
    .flatMap((line) => wrap(printable(line), width, "  "))
    .join("\n");
}

/** That the search didn't come to its own end, where it didn't, and how much better a plan could be at most. */
function endLines({ search, cost }: Pick<Plan, "search" | "cost">): string[] {
  if (!search) return [];
  const reached = Object.values(cost.after).reduce((a, b) => a + b, 0);
  const bound = search.bound === null ? "" : `: it costs ${reached}, and none can cost less than ${search.bound}`;
  const by = search.endedBy === "timeLimit" ? "the time limit" : "an interruption";
  return [`${by} ended the search; this is the best plan until then${bound}`];
}

/** Hard constraints that the cluster breaks already, a line each; those of one VM or host where `subject` is given. */
export function unresolvedLines({ unresolved = [] }: Pick<Plan, "unresolved">, subject?: string): string[] {
  return unresolved
    .filter(({ subjects }) => subject === undefined || subjects.includes(subject))
    .map(({ constraint, text, subjects }) => `BROKEN ALREADY, ${constraint}: ${text} (${few(subjects)})`);
}

export const isoTime = (epochSeconds: number): string =>
  new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");

/** Some names, and how many more there are. */
export function few(names: readonly string[], shown = 3, between = ", "): string {
  const head = names.slice(0, shown).join(between);
  return names.length > shown ? `${head} and ${names.length - shown} more` : head;
}
