import type { Plan } from "../../../engine/planner/plan";
import { commonDomain } from "../../plan-table";
import { fitted, labelRoom, panel, Plot } from "../charts/draw";
import { type Html, html } from "../page/html";
import { share, shortener } from "../page/format";
import type { ReportSection } from "../page/section";
import { table } from "../page/table";

type Host = Plan["hosts"][number];

/** More hosts than this make a chart that nobody reads: those that change most are shown, the table has all. */
const MOST = 40;

/** CPU, memory and VMs of every host, before and after. */
export const hosts: ReportSection = {
  id: "hosts",
  title: "Hosts before and after",
  short: "Hosts",
  render({ plan }) {
    const shown = mostInteresting(plan.hosts);
    const short = shortener(commonDomain(plan.hosts.map(({ name }) => name)));
    const some =
      shown.length < plan.hosts.length &&
      `The charts show the ${MOST} hosts that change most; the table has all ${plan.hosts.length}.`;
    return html`<p>
        The highest forecast use within the horizon, as a share of the host's capacity. Above 100 %, VMs wait for each
        other. ${some}
      </p>
      <ul class="legend" aria-label="Legend">
        <li><span class="sample dot-before"></span>before</li>
        <li><span class="sample dot-after"></span>after</li>
      </ul>
      <div class="panels">
        ${chart("Peak CPU", "%", shown, short, ({ peakCpu }) => [percent(peakCpu.before), percent(peakCpu.after)])}
        ${chart("Peak memory", "%", shown, short, ({ peakMemory }) => [percent(peakMemory.before), percent(peakMemory.after)])}
        ${chart("Virtual machines", "VMs", shown, short, ({ vms }) => [vms.before, vms.after])}
      </div>
      ${figuresOf(plan)}`;
  },
};

const percent = (value: number | null) => (value === null ? null : 100 * value);

function mostInteresting(all: readonly Host[]): readonly Host[] {
  if (all.length <= MOST) return all;
  const change = ({ peakCpu, peakMemory, vms }: Host) =>
    Math.abs((peakCpu.after ?? 0) - (peakCpu.before ?? 0)) +
    Math.abs((peakMemory.after ?? 0) - (peakMemory.before ?? 0)) +
    (vms.before === vms.after ? 0 : 1) +
    (peakCpu.after ?? 0) / 100;
  const chosen = new Set([...all].sort((a, b) => change(b) - change(a)).slice(0, MOST));
  return all.filter((host) => chosen.has(host));
}

function chart(
  title: string,
  unit: string,
  all: readonly Host[],
  short: (name: string) => string,
  pick: (host: Host) => [number | null, number | null],
): Html {
  const rows = all.map((host) => {
    const [before, after] = pick(host);
    return { name: fitted(short(host.name)), before, after };
  });
  const known = rows.filter(({ before, after }) => before !== null || after !== null);
  const unknown = rows.length - known.length;
  if (known.length === 0)
    return html`<figure class="panel">
      <figcaption>${title}</figcaption>
      <p class="unknown">Not known of any host.</p>
    </figure>`;
  const labels = rows.map(({ name }) => name);
  const limit = unit === "%" ? [Plot.ruleX([100], { stroke: "var(--alarm)", strokeWidth: 1.5 })] : [];
  return panel(
    unit === "%" ? `${title}, % of capacity` : title,
    `${title} of ${rows.length} hosts before and after the plan; the table below has the figures`,
    {
      height: 46 + rows.length * 17,
      marginLeft: labelRoom(labels),
      marginRight: 16,
      marginTop: 8,
      x: {
        label: null,
        grid: true,
        ticks: 5,
        zero: true,
        ...(unit === "%" && {
          domain: [0, Math.max(105, ...known.flatMap(({ before, after }) => [before ?? 0, after ?? 0]))],
        }),
      },
      y: { label: null, domain: labels, tickSize: 0 },
      marks: [
        ...limit,
        Plot.link(known, {
          x1: "before",
          x2: "after",
          y1: "name",
          y2: "name",
          stroke: "var(--before)",
          strokeWidth: 2,
        }),
        Plot.dot(known, {
          x: "before",
          y: "name",
          stroke: "var(--before)",
          strokeWidth: 2,
          fill: "var(--page)",
          r: 4.5,
        }),
        Plot.dot(known, { x: "after", y: "name", fill: "var(--after)", r: 4 }),
      ],
    },
    unknown > 0 ? `Not known of ${unknown} of them.` : "",
  );
}

function figuresOf({ hosts: all }: Plan): Html {
  const short = shortener(commonDomain(all.map(({ name }) => name)));
  const pair = (value: { before: number | null; after: number | null } | undefined, fine = false) =>
    value ? `${share(value.before, { fine })} → ${share(value.after, { fine })}` : "unknown";
  const number = true;
  return table(
    "Every host, before → after",
    [
      { title: "Host" },
      { title: "VMs", number },
      { title: "Peak CPU", number },
      { title: "Peak memory", number },
      { title: "Ready time", number },
      { title: "Memory pressure", number },
      { title: "Fails", number },
    ],
    all.map((host) => [
      short(host.name),
      `${host.vms.before} → ${host.vms.after}`,
      pair(host.peakCpu),
      pair(host.peakMemory),
      pair(host.expectedReady, true),
      pair(host.expectedMemoryPressure, true),
      share(host.failureProbability, { fine: true }),
    ]),
  );
}
