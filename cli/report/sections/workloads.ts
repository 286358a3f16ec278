import type { HostService } from "../../../engine/models/relations";
import type { WorkloadAffinityFile } from "../../../engine/models/training";
import { commonDomain, few } from "../../plan-table";
import { figure, fitted, labelRoom } from "../charts/draw";
import { heatMap } from "../charts/heat-map";
import type { ReportInput } from "../input";
import { type Html, html } from "../page/html";
import { count, share, shortener } from "../page/format";
import type { ReportSection } from "../page/section";
import { figures, MOST_ROWS, table } from "../page/table";
import { namesOf } from "../placements";

/** Which hosts serve which kind of work well: by the class of a workload, and by the application or user. */
export const workloads: ReportSection = {
  id: "workloads",
  title: "Workloads and hosts",
  short: "Workloads",
  render: (input) =>
    html`${input.workloads ? classes(input, input.workloads) : without("workload/affinity", "classes of VMs fare")}
      <h3>By application and user</h3>
      ${input.assessment?.hostPreference ? served(input, input.assessment.hostPreference) : nobody(input)}`,
};

const without = (model: string, what: string): Html =>
  html`<p class="unknown">
    No trained model <code>${model}</code> says how ${what} by host: it isn't trained, or is no better than one that
    regards no host.
  </p>`;

function classes(input: ReportInput, { profiles, virtualMachines }: WorkloadAffinityFile): Html {
  const { plan, assessment } = input;
  const short = shortener(commonDomain(plan.hosts.map(({ name }) => name)));
  const here = new Set(assessment?.virtualMachines.ids ?? plan.virtualMachines.flatMap(({ id }) => id ?? []));
  const members = (name: string) =>
    Object.entries(virtualMachines).filter(([id, known]) => known.class === name && here.has(id)).length;
  const seen = profiles.filter(({ subject }) => members(subject) > 0);
  const cells = seen.flatMap(({ subject, affinityScores }) => {
    const scores = new Map(affinityScores.map((each) => [each.host, each]));
    return plan.hosts.flatMap(({ id, name }) => {
      const known = scores.get(id);
      return known ? [{ class: subject, host: fitted(short(name)), score: known.score, evidence: known.evidence }] : [];
    });
  });
  if (cells.length === 0) return without("workload/affinity", "classes of these VMs fare");
  const labels = seen.map(({ subject }) => subject);
  const hosts = plan.hosts.map(({ name }) => fitted(short(name)));
  const [least, most] = [Math.min(...cells.map(({ score }) => score)), Math.max(...cells.map(({ score }) => score))];
  const weight = input.assessment?.classAffinity ? "The plan weighs them." : "The plan doesn't weigh them.";
  const caption = "Affinity of each host for each class of workload";
  return html`<p>
      1: VMs of the class get all the processor time that they ask for; 0.5: they wait a tenth of it. A busy host serves
      every class badly. ${weight}
    </p>
    ${figure(
      {
        caption,
        description: `${caption}, from ${least.toFixed(2)} to ${most.toFixed(2)}; the table below has the figures`,
        legend: [{ className: "bar-after", text: `full colour: ${most.toFixed(2)}; empty: ${least.toFixed(2)}` }],
        below: figures(
          "classes and hosts, best first",
          [
            { title: "Class" },
            { title: "VMs", number: true },
            { title: "Host" },
            { title: "Affinity", number: true },
            { title: "VM hours seen", number: true },
          ],
          [...cells]
            .sort((a, b) => labels.indexOf(a.class) - labels.indexOf(b.class) || b.score - a.score)
            .map((cell) => [
              cell.class,
              members(cell.class),
              cell.host,
              cell.score.toFixed(3),
              Math.round(cell.evidence),
            ]),
        ),
      },
      (width) => {
        const room = labelRoom(labels);
        const side = Math.max(6, Math.min(34, (width - room - 20) / hosts.length));
        const below = labelRoom(hosts);
        return heatMap({
          cells,
          columns: { names: hosts, key: "host" },
          rows: { names: labels, key: "class" },
          opacity: ({ score }) => (score - least) / Math.max(1e-9, most - least),
          width: room + 20 + side * hosts.length,
          height: 20 + below + 24 * labels.length,
          ...{ left: room, below },
        });
      },
    )}`;
}

/** VMs whose application or user has a profile: what the best host gives, and what the plan's does. */
function served(input: ReportInput, { subjects, profileOf, performance }: HostService): Html {
  const { plan } = input;
  const assessment = input.assessment!;
  const { ids } = assessment.hosts;
  const short = shortener(commonDomain(plan.hosts.map(({ name }) => name)));
  const hostNames = new Map(plan.hosts.map(({ id, name }) => [id, short(name)]));
  const names = namesOf(plan, input.snapshot);
  const placed = new Map(plan.virtualMachines.map(({ id, vm, hostId }) => [id ?? vm, hostId]));
  const rows = assessment.virtualMachines.ids.flatMap((id, row) => {
    const profile = profileOf[row];
    const host = placed.get(id);
    if (profile < 0 || host === undefined) return [];
    const of = performance.subarray(profile * ids.length, (profile + 1) * ids.length);
    const order = ids.map((_, h) => h).sort((a, b) => of[b] - of[a]);
    const best = order.slice(0, 3).map((h) => `${hostNames.get(ids[h]) ?? ids[h]} ×${of[h].toFixed(2)}`);
    const here = of[ids.indexOf(host)];
    return [{ name: names.get(id) ?? id, subject: subjects[profile], host, here, best, share: here / of[order[0]] }];
  });
  if (rows.length === 0) return nobody(input);
  return table(
    `${count(rows.length, "VM")} with a profile; × is performance against what was expected`,
    [
      { title: "VM" },
      { title: "Serves" },
      { title: "Host after the plan" },
      { title: "Of the best", number: true },
      { title: "Hosts that serve it best", long: true },
    ],
    rows
      .sort((a, b) => a.share - b.share)
      .slice(0, MOST_ROWS)
      .map(({ name, subject, host, here, best, share: part }) => [
        name,
        subject,
        `${hostNames.get(host) ?? host} ×${here.toFixed(2)}`,
        share(part),
        few(best, 3),
      ]),
  );
}

const nobody = ({ assessment, because }: ReportInput): Html =>
  html`<p class="unknown">
    ${
      assessment
        ? "No VM names an application or user that a trained profile/preferences knows."
        : `Not known: ${because}.`
    }
  </p>`;
