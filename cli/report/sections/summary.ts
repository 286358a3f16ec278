import { COST_UNIT, type Plan } from "../../../engine/planner/plan";
import { type Html, html } from "../page/html";
import { count, duration, share, words } from "../page/format";
import type { ReportSection } from "../page/section";
import { figures } from "../page/table";
import { tiles } from "../page/tiles";
import { figure, labelRoom, Plot } from "../charts/draw";

/** What the plan does in numbers, and what it gains by objective. */
export const summary: ReportSection = {
  id: "summary",
  title: "Summary",
  render: ({ plan }) => html`${verdict(plan)}${atAGlance(plan)}${gains(plan)}`,
};

const doing = (plan: Plan, action: string) => plan.virtualMachines.filter((placed) => placed.action === action).length;

function verdict(plan: Plan): Html {
  const [moves, places] = [doing(plan, "move"), doing(plan, "place")];
  const parts = [places > 0 && count(places, "VM") + " to place", moves > 0 && count(moves, "VM") + " to move"];
  const what = parts.filter((part) => part !== false).join(" and ");
  const broken = plan.unresolved?.length ?? 0;
  return html`<p>
    ${what === "" ? "Nothing is to be placed or moved: no move would gain more than it costs." : `${what}; ${count(doing(plan, "keep"), "VM")} ${doing(plan, "keep") === 1 ? "stays" : "stay"} where they are.`}
    ${broken > 0 && html` <span class="alarm">${count(broken, "hard constraint")} broken already</span>, see <a href="#lacking">what was lacking</a>.`}
  </p>`;
}

const total = (costs: Readonly<Record<string, number>>) => Object.values(costs).reduce((a, b) => a + b, 0);

function atAGlance(plan: Plan): Html {
  const [before, after] = [total(plan.cost.before), total(plan.cost.after)];
  const worst = (pick: (host: Plan["hosts"][number]) => number | null) => {
    const known = plan.hosts.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const makespan = plan.migration?.makespanSeconds;
  const waves = plan.migration?.waves.length ?? 0;
  const riskiest = [...plan.hosts].sort((a, b) => b.failureProbability - a.failureProbability)[0];
  const change = (when: "peakCpu" | "peakMemory") =>
    `${share(worst((host) => host[when].before))} → ${share(worst((host) => host[when].after))}`;
  const inAll = waves === 0 ? "no wave" : `${count(waves, "wave")}, ${duration(makespan ?? 0)} in all`;
  const gain = before > 0 ? `${after <= before ? "−" : "+"}${share(Math.abs(after - before) / before)}` : "0";
  const risk = riskiest && share(riskiest.failureProbability, { fine: true });
  return tiles([
    ["Moves", String(plan.moves.length), inAll],
    ["Cost", gain, "of all objectives, over the horizon"],
    ["Busiest host, CPU", change("peakCpu"), "forecast peak of the horizon"],
    ["Fullest host, memory", change("peakMemory"), "forecast peak of the horizon"],
    ...(riskiest ? [["Likeliest host failure", risk, riskiest.name] as const] : []),
    ["Forecasts from history", share(plan.telemetry.coverage), "of the planned VMs"],
  ]);
}

function gains(plan: Plan): Html | null {
  const names = [...new Set([...Object.keys(plan.cost.before), ...Object.keys(plan.cost.after)])];
  const rows = names
    .map((name) => ({
      name: words(name),
      before: (plan.cost.before[name] ?? 0) / COST_UNIT,
      after: (plan.cost.after[name] ?? 0) / COST_UNIT,
    }))
    .filter(({ before, after }) => before !== 0 || after !== 0);
  if (rows.length === 0) return null;
  const labels = rows.map(({ name }) => name);
  const caption = "Cost by objective, before and after, in hosts' full weights (square-root scale)";
  return figure(
    {
      caption,
      description: `${caption}: ${rows.map(({ name, before, after }) => `${name} ${before.toFixed(2)} to ${after.toFixed(2)}`).join(", ")}`,
      legend: [
        { className: "dot-before", text: "before" },
        { className: "dot-after", text: "after" },
      ],
      below: figures(
        caption,
        [{ title: "Objective" }, { title: "Before", number: true }, { title: "After", number: true }],
        rows.map(({ name, before, after }) => [name, before.toFixed(4), after.toFixed(4)]),
      ),
    },
    (width) => ({
      width,
      height: 60 + rows.length * 26,
      marginLeft: labelRoom(labels),
      marginRight: 20,
      x: {
        label: null,
        type: "sqrt",
        grid: true,
        zero: true,
        ticks: decades(Math.max(...rows.flatMap(({ before, after }) => [before, after]))),
        tickFormat: String,
      },
      y: { label: null, domain: labels },
      marks: [
        Plot.link(rows, { x1: "before", x2: "after", y1: "name", y2: "name", stroke: "var(--before)", strokeWidth: 2 }),
        Plot.dot(rows, { x: "before", y: "name", stroke: "var(--before)", strokeWidth: 2, fill: "var(--page)", r: 5 }),
        Plot.dot(rows, { x: "after", y: "name", fill: "var(--after)", r: 5 }),
      ],
    }),
  );
}

/** 0, 1, 10, 100 and so on up to the greatest: a square-root axis has no room for even steps. */
const decades = (most: number): number[] =>
  [0, 0.01, 0.1, 1, 10, 30, 100, 300, 1000, 3000, 10000].filter(
    (tick) => tick === 0 || (tick <= most && tick >= most / 150),
  );
