import type { HostCorrelation } from "../../../engine/models/relations";
import { commonDomain } from "../../plan-table";
import { figure, fitted, labelRoom, Plot, WIDTH } from "../charts/draw";
import type { ReportInput } from "../input";
import { type Html, html } from "../page/html";
import { share, shortener } from "../page/format";
import type { ReportSection } from "../page/section";
import { figures, table } from "../page/table";

const MOST = 40;

/** How likely each host fails, what says so, and which hosts fail together. */
export const failures: ReportSection = {
  id: "failures",
  title: "Host failures",
  render: (input) =>
    html`${risks(input)}
      <h3>Hosts that fail together</h3>
      ${together(input)}`,
};

function risks({ plan, assessment, because }: ReportInput): Html {
  const short = shortener(commonDomain(plan.hosts.map(({ name }) => name)));
  const ranked = [...plan.hosts].sort(
    (a, b) => b.failureProbability - a.failureProbability || (a.name < b.name ? -1 : 1),
  );
  const evidence = new Map((assessment?.hosts.ids ?? []).map((id, row) => [id, assessment?.hosts.evidence[row] ?? ""]));
  const rows = ranked
    .slice(0, MOST)
    .map(({ name, failureProbability }) => ({ name: fitted(short(name)), percent: 100 * failureProbability }));
  const labels = rows.map(({ name }) => name);
  const caption = "Probability that a host fails within the horizon, %";
  const chart = figure(
    {
      caption,
      description: `${caption}: highest ${ranked[0]?.name ?? ""} at ${share(ranked[0]?.failureProbability, { fine: true })}`,
    },
    (width) => ({
      width,
      height: 40 + rows.length * 17,
      marginLeft: labelRoom(labels),
      marginRight: 56,
      marginTop: 6,
      x: { label: null, grid: true, ticks: 5, zero: true },
      y: { label: null, domain: labels, tickSize: 0 },
      marks: [
        Plot.barX(rows, { x: "percent", y: "name", fill: "var(--after)", inset: 2 }),
        Plot.text(rows, {
          x: "percent",
          y: "name",
          text: ({ percent }: { percent: number }) => share(percent / 100, { fine: true }),
          textAnchor: "start",
          dx: 5,
          fill: "currentColor",
        }),
        Plot.ruleX([0]),
      ],
    }),
    WIDTH.half,
  );
  const facts = table(
    assessment ? "Every host, and what raised its probability" : "Every host",
    [{ title: "Host" }, { title: "Fails", number: true }, { title: "Evidence" }],
    ranked.map(({ id, name, failureProbability }) => [
      short(name),
      share(failureProbability, { fine: true }),
      assessment ? evidence.get(id) || "nothing unusual" : "unknown",
    ]),
  );
  return html`<p>
      ${assessment?.hosts.model ? html`Said by the model <code>${assessment.hosts.model}</code>.` : !assessment && `What raised them is not known: ${because}.`}
    </p>
    <div class="columns">
      ${chart}
      <div>${facts}</div>
    </div>`;
}

function together({ plan, assessment, because }: ReportInput): Html {
  if (!assessment) return html`<p class="unknown">Not known: ${because}.</p>`;
  const { correlation } = assessment;
  if (!correlation)
    return html`<p class="unknown">
      No model says which hosts fail together: neither history nor shared parts (racks, datastores, switches) tell.
    </p>`;
  const { ids } = assessment.hosts;
  const short = shortener(commonDomain(plan.hosts.map(({ name }) => name)));
  const names = new Map(plan.hosts.map(({ id, name }) => [id, fitted(short(name))]));
  const chosen = mostJoined(correlation, ids.length);
  const given = (i: number, j: number) => {
    const own = correlation.joint[i * ids.length + i];
    return own > 0 ? correlation.joint[i * ids.length + j] / own : Number.NaN;
  };
  const name = (row: number) => names.get(ids[row]) ?? ids[row];
  const cells = chosen.flatMap((i) =>
    chosen.flatMap((j) => (i === j ? [] : [{ if: name(i), then: name(j), probability: given(i, j) }])),
  );
  const known = cells.filter(({ probability }) => !Number.isNaN(probability));
  if (known.length === 0) return html`<p class="unknown">There are no two hosts whose failures could be compared.</p>`;
  const most = Math.max(1e-9, ...known.map(({ probability }) => probability));
  const labels = chosen.map(name);
  const caption = "Probability that one host (column) fails as well, once another (row) has failed";
  const ranked = [...known].sort((a, b) => b.probability - a.probability);
  const some = chosen.length < ids.length && ` The ${chosen.length} hosts with the closest ties of ${ids.length}.`;
  return figure(
    {
      caption,
      description: `${caption}; highest: ${ranked[0].then} at ${share(ranked[0].probability, { fine: true })} once ${ranked[0].if} has failed`,
      legend: [{ className: "bar-after", text: `full colour: ${share(most, { fine: true })}; empty: 0 %` }],
      below: html`<p class="note">Said by ${correlation.model}.${some}</p>
        ${figures(
          "the closest ties",
          [{ title: "Once this fails" }, { title: "this fails as well" }, { title: "Probability", number: true }],
          ranked.map((tie) => [tie.if, tie.then, share(tie.probability, { fine: true })]),
        )}`,
    },
    (width) => {
      const side = Math.max(width < 500 ? 7 : 12, Math.min(26, (width - 150) / labels.length));
      const room = labelRoom(labels, width < 500 ? 80 : 140);
      return {
        width: Math.min(width, room + 20 + side * labels.length),
        height: 10 + room + side * labels.length,
        marginLeft: room,
        marginBottom: room,
        marginTop: 10,
        marginRight: 10,
        x: { label: null, domain: labels, tickRotate: -90, tickSize: 0 },
        y: { label: null, domain: labels, tickSize: 0 },
        marks: [
          Plot.frame({ stroke: "var(--line)" }),
          Plot.cell(known, {
            x: "then",
            y: "if",
            fill: "var(--shade)",
            fillOpacity: (cell: { probability: number }) => cell.probability / most,
            inset: 0.5,
          }),
        ],
      };
    },
  );
}

/** Rows of the hosts with the greatest joint probabilities, in their order. */
function mostJoined({ joint }: HostCorrelation, n: number): number[] {
  const tie = Array.from({ length: n }, (_, i) => {
    let most = 0;
    for (let j = 0; j < n; j++) if (j !== i) most = Math.max(most, joint[i * n + j]);
    return most;
  });
  const ranked = tie.map((_, i) => i).sort((a, b) => tie[b] - tie[a] || a - b);
  return ranked.slice(0, MOST).sort((a, b) => a - b);
}
