import { affinity as affinityOf, conflicts } from "../../../engine/models/interference";
import type { Interference, Traffic } from "../../../engine/models/relations";
import { figure, fitted, labelRoom, WIDTH } from "../charts/draw";
import { heatMap } from "../charts/heat-map";
import type { ReportInput } from "../input";
import { type Html, html } from "../page/html";
import type { ReportSection } from "../page/section";
import { figures } from "../page/table";
import { namesOf, placementOf } from "../placements";

/** VMs in the matrix: those that disturb, or are disturbed, most. */
const MOST = 16;
/** Below it two VMs on one host disturb each other noticeably: about a hundredth of their CPU time. */
const NOTICEABLE = -0.1;

/** Which VMs disturb each other on one host, and which belong together. */
export const affinity: ReportSection = {
  id: "affinity",
  title: "Affinity of VMs",
  short: "Affinity",
  render(input) {
    const { assessment, because } = input;
    if (!assessment) return html`<p class="unknown">Not known: ${because}.</p>`;
    if (!assessment.interference)
      return html`<p class="unknown">
        No model of interference says which VMs disturb each other; without one, the plan takes it as no ground to
        decide.
      </p>`;
    return contents(input, assessment.interference, assessment.traffic ?? null);
  },
};

function contents(input: ReportInput, interference: Interference, traffic: Traffic | null): Html {
  const { plan, snapshot } = input;
  const assessment = input.assessment!;
  const { ids } = assessment.virtualMachines;
  const hosts = (when: "before" | "after") => {
    const rows = new Map(plan.hosts.map(({ id }, row) => [id, row]));
    return placementOf(assessment, plan, snapshot, when).map((id) => (id === null ? -1 : (rows.get(id) ?? -1)));
  };
  const [before, after] = [hosts("before"), hosts("after")].map((at) =>
    conflicts(interference, at, NOTICEABLE, traffic),
  );
  const names = namesOf(plan, snapshot);
  const name = (row: number) => names.get(ids[row]) ?? ids[row];
  const worst = [...new Set([...after, ...before].flatMap(({ a, b }) => [a, b]))].slice(0, MOST).sort((a, b) => a - b);
  const summary = html`<p>
    Below 0, two VMs on one host disturb each other more than being together serves them; above, they talk more than
    they disturb. Pairs on one host below ${NOTICEABLE}: ${before.length} before the plan, ${after.length} after. Said
    by <code>${interference.model}</code>.
  </p>`;
  if (worst.length < 2) return summary;
  const talk = new Map(
    [...(traffic?.from ?? [])].map((from, i) => [`${from} ${traffic!.to[i]}`, traffic!.kilobytesPerSecond[i]]),
  );
  const cells = worst.flatMap((a) =>
    worst.flatMap((b) =>
      a === b
        ? []
        : [
            {
              a: fitted(name(a)),
              b: fitted(name(b)),
              value: affinityOf(interference, a, b, talk.get(`${Math.min(a, b)} ${Math.max(a, b)}`) ?? 0),
            },
          ],
    ),
  );
  const labels = worst.map((row) => fitted(name(row)));
  const caption = `Affinity of the ${worst.length} VMs with the worst neighbours`;
  return html`${summary}${figure(
    {
      caption,
      description: `${caption}; the table below has the pairs that share a host`,
      legend: [
        { className: "bar-alarm", text: "−1: disturb each other" },
        { className: "bar-after", text: "+1: belong together" },
      ],
      below: figures(
        "pairs on one host after the plan, worst first",
        [
          { title: "VM" },
          { title: "beside" },
          { title: "Host" },
          { title: "Affinity", number: true },
          { title: "Better moved" },
        ],
        after.map(({ a, b, host, affinity: value, mover }) => [
          name(a),
          name(b),
          plan.hosts[host].name,
          value.toFixed(2),
          name(mover),
        ]),
      ),
    },
    (width) => {
      const room = labelRoom(labels);
      const side = Math.max(9, Math.min(24, (width - room - 20) / labels.length));
      return heatMap({
        cells,
        columns: { names: labels, key: "b" },
        rows: { names: labels, key: "a" },
        fill: ({ value }) => (value < 0 ? "var(--alarm)" : "var(--after)"),
        opacity: ({ value }) => Math.abs(value),
        width: room + 20 + side * labels.length,
        height: 20 + room + side * labels.length,
        ...{ left: room, below: room },
      });
    },
    WIDTH.wide,
  )}`;
}
