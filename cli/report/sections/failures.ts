import type { HostCorrelation } from "../../../engine/models/relations";
import { commonDomain } from "../../plan-table";
import { figure, fitted, labelRoom } from "../charts/draw";
import { heatMap } from "../charts/heat-map";
import type { ReportInput } from "../input";
import { type Html, html } from "../page/html";
import { share, shortener } from "../page/format";
import type { ReportSection } from "../page/section";
import { bar, figures, table } from "../page/table";

const MOST = 40;

/** How likely each host fails, what says so, and which hosts fail together. */
export const failures: ReportSection = {
  id: "failures",
  title: "Host failures",
  short: "Failures",
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
  const most = ranked[0]?.failureProbability ?? 0;
  const facts = table(
    `Probability that a host fails within the horizon${assessment ? ", and what raised it" : ""}`,
    [{ title: "Host" }, { title: "Fails" }, { title: "Evidence", long: true }],
    ranked.map(({ id, name, failureProbability }) => [
      short(name),
      bar(failureProbability, most, share(failureProbability, { fine: true })),
      assessment ? evidence.get(id) || "nothing unusual" : "unknown",
    ]),
  );
  return html`<p>
      ${assessment?.hosts.model ? html`Said by the model <code>${assessment.hosts.model}</code>.` : !assessment && `What raised them is not known: ${because}.`}
    </p>
    ${facts}`;
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
  const own = (i: number) => correlation.joint[i * ids.length + i];
  const given = (i: number, j: number) => (own(i) > 0 ? correlation.joint[i * ids.length + j] / own(i) : Number.NaN);
  const name = (row: number) => names.get(ids[row]) ?? ids[row];
  const cells = chosen.flatMap((i) =>
    chosen.flatMap((j) =>
      i === j
        ? []
        : [{ if: name(i), then: name(j), probability: given(i, j), alone: own(j), more: given(i, j) - own(j) }],
    ),
  );
  const known = cells.filter(({ probability }) => !Number.isNaN(probability));
  if (known.length === 0) return html`<p class="unknown">There are no two hosts whose failures could be compared.</p>`;
  // Not the probability itself: a host that is about to fail anyway would fill its column.
  const most = Math.max(1e-9, ...known.map(({ more }) => more));
  const labels = chosen.map(name);
  const caption = "How much likelier one host (column) fails, once another (row) has failed, percentage points";
  const ranked = [...known].sort((a, b) => b.more - a.more);
  const some = chosen.length < ids.length && ` The ${chosen.length} hosts with the closest ties of ${ids.length}.`;
  return figure(
    {
      caption,
      description: `${caption}; highest: ${ranked[0].then}, ${points(ranked[0].more)} once ${ranked[0].if} has failed`,
      legend: [{ className: "bar-after", text: `full colour: ${points(most)}; empty: as likely as otherwise` }],
      below: html`<p class="note">Said by ${correlation.model}.${some}</p>
        ${figures(
          "the closest ties",
          [
            { title: "Once this fails" },
            { title: "this fails as well" },
            { title: "Probability", number: true },
            { title: "Otherwise", number: true },
          ],
          ranked.map((tie) => [tie.if, tie.then, ...[tie.probability, tie.alone].map((p) => share(p, { fine: true }))]),
        )}`,
    },
    (width) => {
      const side = Math.max(width < 500 ? 7 : 12, Math.min(26, (width - 150) / labels.length));
      const room = labelRoom(labels, width < 500 ? 80 : 140);
      return heatMap({
        cells: known,
        columns: { names: labels, key: "then" },
        rows: { names: labels, key: "if" },
        opacity: ({ more }) => Math.max(0, more) / most,
        width: Math.min(width, room + 20 + side * labels.length),
        height: 10 + room + side * labels.length,
        ...{ left: room, below: room },
      });
    },
  );
}

const points = (more: number): string => `+${(100 * more).toFixed(more < 0.1 ? 2 : 0)} points`;

/** Rows of the hosts with the greatest joint probabilities, in their order. */
function mostJoined({ joint }: HostCorrelation, n: number): number[] {
  const tie = Array.from({ length: n }, (_, i) => {
    let most = 0;
    const beyondChance = (j: number) => joint[i * n + j] - joint[i * n + i] * joint[j * n + j];
    for (let j = 0; j < n; j++) if (j !== i) most = Math.max(most, beyondChance(j));
    return most;
  });
  const ranked = tie.map((_, i) => i).sort((a, b) => tie[b] - tie[a] || a - b);
  return ranked.slice(0, MOST).sort((a, b) => a - b);
}
