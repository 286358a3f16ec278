import type { Assessment } from "../../../engine/models/assessment";
import { ASSUMED_COMMON_FACTOR, type ContentionPrediction, predictContention } from "../../../engine/models/demand";
import { commonDomain } from "../../plan-table";
import { figure, fitted, labelRoom, panel, Plot } from "../charts/draw";
import { type Band, hostCpu } from "../host-demand";
import type { ReportInput } from "../input";
import { type Html, html } from "../page/html";
import { hourOf, megahertz, share, shortener } from "../page/format";
import type { ReportSection } from "../page/section";
import { figures } from "../page/table";
import { placementOf } from "../placements";

const MOST_PANELS = 6;
const MOST_ROWS = 40;
/** Below this, nobody plans for it. */
const LIKELY = 0.2;

/** Demand of the hosts over the horizon, and the moments at which VMs are likely to wait. */
export const forecast: ReportSection = {
  id: "forecast",
  title: "Forecast and contention",
  short: "Forecast",
  render(input) {
    const { assessment, snapshot } = input;
    if (!assessment || !snapshot)
      return html`<p class="unknown">The forecasts behind the plan are not known: ${input.because}.</p>`;
    return contents(input, assessment);
  },
};

type Contended = ContentionPrediction["hosts"][number];

function contents(input: ReportInput, assessment: Assessment): Html {
  const { plan, snapshot } = input;
  const capacities = new Map((snapshot?.hosts ?? []).map((host) => [host.id, host]));
  const hosts = plan.hosts.map(({ id }) => ({
    id,
    zone: null,
    cpuMhz: capacities.get(id)?.cpuMhz ?? null,
    memoryMb: capacities.get(id)?.memoryMb ?? null,
  }));
  const placement = {
    before: placementOf(assessment, plan, snapshot, "before"),
    after: placementOf(assessment, plan, snapshot, "after"),
  };
  const before = predictContention(assessment, placement.before, hosts);
  const after = predictContention(assessment, placement.after, hosts);
  const short = shortener(commonDomain(plan.hosts.map(({ name }) => name)));
  const name = (row: number) => short(plan.hosts[row].name);
  const order = hosts
    .map((_, row) => row)
    .sort(
      (a, b) =>
        Math.max(after.hosts[b].worst, before.hosts[b].worst) - Math.max(after.hosts[a].worst, before.hosts[a].worst) ||
        a - b,
    );
  const { start, step, length } = assessment.horizon;
  const { cpu, memory } = after.threshold;
  const likely = after.hosts.filter(({ worst }) => worst >= LIKELY).length;
  const panels = order.slice(0, MOST_PANELS).map((row) => {
    const capacity = hosts[row].cpuMhz;
    const bands = (when: "before" | "after") =>
      hostCpu(assessment, placement[when], hosts[row].id, ASSUMED_COMMON_FACTOR);
    return demandPanel(name(row), bands("before"), bands("after"), capacity, after.hosts[row], assessment);
  });
  return html`<p>
      Contention: demand above ${share(cpu)} of a host's CPU, from where ready time climbs, or above ${share(memory)} of
      its memory.
      ${
        likely === 0
          ? `After the plan no host is likely to see any (each below ${share(LIKELY)}) in the ${length} hours from ${hourOf(start)} UTC.`
          : `After the plan ${likely} of ${hosts.length} hosts see it with a chance of ${share(LIKELY)} or more in some hour.`
      }
    </p>
    ${heatmap(
      plan.hosts.map((_, row) => row).filter((row) => order.indexOf(row) < MOST_ROWS),
      name,
      after,
      start,
      step,
    )}
    ${figures(
      "worst hour of each host",
      [
        { title: "Host" },
        { title: "Before", number: true },
        { title: "Worst hour, UTC" },
        { title: "After", number: true },
        { title: "Worst hour, UTC" },
      ],
      order.map((row) => [
        name(row),
        share(before.hosts[row].worst, { fine: true }),
        hourOf(start + before.hosts[row].worstSlot * step),
        share(after.hosts[row].worst, { fine: true }),
        hourOf(start + after.hosts[row].worstSlot * step),
      ]),
    )}
    <h3>CPU demand of the hosts most at risk</h3>
    <ul class="legend" aria-label="Legend">
      <li><span class="sample line-after"></span>after, mean</li>
      <li><span class="sample band"></span>after, 8 of 10 outcomes</li>
      <li><span class="sample line-before"></span>before, mean</li>
      <li><span class="sample line-limit"></span>capacity</li>
      <li><span class="sample dot-alarm"></span>contention likelier than not</li>
    </ul>
    <div class="panels">${panels}</div>`;
}

function heatmap(
  rows: readonly number[],
  name: (row: number) => string,
  { hosts }: ContentionPrediction,
  start: number,
  step: number,
): Html {
  const cells = rows.flatMap((row) =>
    slotsOf(hosts[row]).map((probability, slot) => ({ host: fitted(name(row)), slot, probability })),
  );
  const caption = "Chance of contention after the plan, by host and hour";
  const labels = rows.map((row) => fitted(name(row)));
  const slots = [...new Set(cells.map(({ slot }) => slot))];
  return figure(
    {
      caption,
      description: `${caption}: the darker, the likelier; the table below has each host's worst hour`,
      legend: [{ className: "bar-alarm", text: "the fuller the colour, the likelier; empty: none" }],
    },
    (width) => ({
      width,
      height: 46 + rows.length * 17,
      marginLeft: labelRoom(labels),
      marginRight: 10,
      marginTop: 6,
      x: {
        label: null,
        domain: slots,
        ticks: slots.filter((slot) => slot % (width < 500 ? 6 : slots.length > 48 ? 12 : 3) === 0),
        tickFormat: (slot: number) =>
          width < 500 ? hourOf(start + slot * step).slice(4) : hourOf(start + slot * step),
      },
      y: { label: null, domain: labels, tickSize: 0 },
      marks: [
        Plot.frame({ stroke: "var(--line)" }),
        Plot.cell(
          cells.filter(({ probability }) => probability >= 0.005),
          {
            x: "slot",
            y: "host",
            fill: "var(--alarm)",
            fillOpacity: (cell: { probability: number }) => 0.1 + 0.9 * cell.probability,
            inset: 0.5,
          },
        ),
      ],
    }),
  );
}

const slotsOf = ({ contention: { cpu, memory } }: Contended): number[] =>
  Array.from({ length: (cpu ?? memory ?? []).length }, (_, slot) => Math.max(cpu?.[slot] ?? 0, memory?.[slot] ?? 0));

function demandPanel(
  name: string,
  before: readonly Band[] | null,
  after: readonly Band[] | null,
  capacityMhz: number | null,
  contended: Contended,
  { horizon }: Assessment,
): Html {
  if (!after)
    return html`<figure class="panel">
      <figcaption>${name}</figcaption>
      <p class="unknown">Nobody knows what some of its VMs need.</p>
    </figure>`;
  const at = (slot: number) => new Date((horizon.start + (slot + 0.5) * horizon.step) * 1000);
  const ghz = (bands: readonly Band[]) =>
    bands.map(({ low, mean, high }, slot) => ({ at: at(slot), low: low / 1000, mean: mean / 1000, high: high / 1000 }));
  const hot = slotsOf(contended).flatMap((probability, slot) =>
    probability >= 0.5 ? [{ at: at(slot), y: after[slot].mean / 1000 }] : [],
  );
  const peak = after.reduce((best, band, slot) => (band.mean > after[best].mean ? slot : best), 0);
  const cpu = contended.contention.cpu?.[contended.worstSlot] ?? 0;
  const cause = contended.worst > 0 && cpu < contended.worst ? "memory" : "CPU";
  const note = `worst: ${share(contended.worst, { fine: true })} for ${cause}, ${hourOf(horizon.start + contended.worstSlot * horizon.step)} UTC`;
  return panel(
    `${name}, GHz`,
    `CPU demand of ${name}: at most ${megahertz(after[peak].mean)} on average${capacityMhz === null ? "" : ` of ${megahertz(capacityMhz)}`}, ${note}`,
    {
      height: 170,
      marginLeft: 34,
      marginTop: 10,
      marginRight: 12,
      x: { type: "utc", label: null, ticks: 4, tickFormat: (date: Date) => hourOf(date.getTime() / 1000) },
      y: { label: null, grid: true, ticks: 4, zero: true },
      marks: [
        Plot.areaY(ghz(after), { x: "at", y1: "low", y2: "high", fill: "var(--after)", fillOpacity: 0.3 }),
        ...(before
          ? [
              Plot.lineY(ghz(before), {
                x: "at",
                y: "mean",
                stroke: "var(--before)",
                strokeWidth: 2,
                strokeDasharray: "4 3",
              }),
            ]
          : []),
        Plot.lineY(ghz(after), { x: "at", y: "mean", stroke: "var(--after)", strokeWidth: 2 }),
        ...(capacityMhz === null ? [] : [Plot.ruleY([capacityMhz / 1000], { stroke: "var(--alarm)", strokeWidth: 2 })]),
        Plot.dot(hot, { x: "at", y: "y", fill: "var(--alarm)", r: 3.5 }),
      ],
    },
    note,
  );
}
