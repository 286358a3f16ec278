import { takenAlong } from "../../../engine/models/propagation";
import { commonDomain, few } from "../../plan-table";
import { figure, fitted, labelRoom, Plot, WIDTH } from "../charts/draw";
import type { Communication, ReportInput } from "../input";
import { type Html, html } from "../page/html";
import { count, share, shortener } from "../page/format";
import type { ReportSection } from "../page/section";
import { bar, figures, table } from "../page/table";
import { namesOf } from "../placements";

/** More edges are a ball of wool. */
const MOST_EDGES = 200;

/** Who depends on whom, and what the failure of a host takes along beyond its own VMs. */
export const communication: ReportSection = {
  id: "communication",
  title: "Communication and reach of failures",
  short: "Communication",
  render(input) {
    const { communication: known } = input;
    if (!known)
      return html`<p class="unknown">
        No model says which VMs depend on which: a folder of models with one of propagation is needed.
      </p>`;
    if (known.graph.edges.length === 0)
      return html`<p class="unknown">The model of propagation has seen no traffic and no declared dependency.</p>`;
    return html`${graph(input, known)}
      <h3>What each host takes along</h3>
      ${reach(input, known)}`;
  },
};

const TAU = 2 * Math.PI;

function graph({ plan, snapshot }: ReportInput, { graph: { nodes, edges } }: Communication): Html {
  const names = namesOf(plan, snapshot);
  const hosts = new Map(plan.virtualMachines.map(({ id, vm, host }) => [id ?? vm, host]));
  const shown = [...edges]
    .sort((a, b) => b.weight - a.weight || Number(b.declared) - Number(a.declared))
    .slice(0, MOST_EDGES);
  const ends = new Set(shown.flatMap(({ from, to }) => [from, to]));
  // VMs of one host stand together on the ring: a line across it is traffic over the network.
  const ring = nodes
    .filter(({ id }) => ends.has(id))
    .map(({ id }) => ({ id, name: names.get(id) ?? id, host: hosts.get(id) ?? "" }))
    .sort((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : a.name < b.name ? -1 : 1));
  const arcs = arcsOf(ring, commonDomain(plan.hosts.map(({ name }) => name)));
  const at = new Map(arcs.flatMap(({ members }) => members));
  const dots = ring.map(({ id, name, host }) => ({
    name,
    host,
    x: Math.sin(at.get(id)!),
    y: Math.cos(at.get(id)!),
    ...radial(at.get(id)!),
  }));
  const most = Math.max(1e-9, ...shown.map(({ weight }) => weight));
  const lines = shown.map(({ from, to, weight }) => ({
    ...{
      x1: Math.sin(at.get(from)!),
      y1: Math.cos(at.get(from)!),
      x2: Math.sin(at.get(to)!),
      y2: Math.cos(at.get(to)!),
    },
    ...{ strength: 0.25 + 0.7 * Math.sqrt(weight / most), same: hosts.get(from) === hosts.get(to) },
  }));
  const apart = lines.filter(({ same }) => !same).length;
  const caption = `Who depends on whom: ${count(ring.length, "VM")} in order of their hosts, ${count(shown.length, "dependency", "dependencies")}`;
  return figure(
    {
      caption,
      description: `${caption}; ${apart} of them between hosts after the plan`,
      legend: [
        { className: "line-after", text: "between hosts" },
        { className: "line-before", text: "on one host" },
      ],
      below: html`${edges.length > shown.length && html`<p class="note">The strongest ${shown.length} of ${edges.length}.</p>`}${figures(
        "dependencies",
        [
          { title: "VM" },
          { title: "needs" },
          { title: "KB/s", number: true },
          { title: "Declared" },
          { title: "After the plan" },
        ],
        shown.map(({ from, to, weight, declared }) => [
          names.get(from) ?? from,
          names.get(to) ?? to,
          weight.toFixed(1),
          declared ? "yes" : "no",
          hosts.get(from) === hosts.get(to) ? "one host" : "two hosts",
        ]),
      )}`,
    },
    (width) => {
      const room = width < 500 ? 30 : 120;
      const side = Math.min(width, 640);
      const labelled = width >= 500 && ring.length <= 60;
      return {
        width: side,
        height: side,
        margin: labelled ? room : labelRoom(arcs.map(({ host }) => host)) + 6,
        x: { axis: null, domain: [-1, 1] },
        y: { axis: null, domain: [-1, 1] },
        marks: [
          ...(labelled ? [] : hostMarks(arcs)),
          Plot.link(lines, {
            x1: "x1",
            y1: "y1",
            x2: "x2",
            y2: "y2",
            curve: "bundle",
            stroke: (line: { same: boolean }) => (line.same ? "var(--before)" : "var(--after)"),
            strokeOpacity: "strength",
            strokeWidth: 1.5,
          }),
          Plot.dot(dots, { x: "x", y: "y", r: Math.min(4, side / ring.length), fill: "currentColor" }),
          ...(labelled
            ? [true, false].map((right) =>
                Plot.text(
                  dots.filter((dot) => dot.right === right),
                  {
                    x: "x",
                    y: "y",
                    text: (dot: { name: string }) => fitted(dot.name, 17),
                    rotate: "turn",
                    textAnchor: right ? "start" : "end",
                    dx: right ? 8 : -8,
                    fill: "currentColor",
                  },
                ),
              )
            : []),
        ],
        // Colours are given, not scaled.
        color: { type: "identity" },
        opacity: { type: "identity" },
      };
    },
    WIDTH.wide,
  );
}

interface Arc {
  readonly host: string;
  /** Its VMs, with their angles: clockwise from the top. */
  readonly members: readonly (readonly [string, number])[];
}

/** The ring by hosts, a gap of one VM between two of them. */
function arcsOf(ring: readonly { readonly id: string; readonly host: string }[], domain: string): Arc[] {
  const hosts = [...new Set(ring.map(({ host }) => host))];
  const step = TAU / (ring.length + (hosts.length > 1 ? hosts.length : 0));
  const short = shortener(domain);
  return hosts.map((host, gaps) => ({
    host: fitted(short(host) || "no host"),
    members: ring.flatMap((vm, i) => (vm.host === host ? [[vm.id, (i + gaps) * step] as const] : [])),
  }));
}

/** How a label stands on the ring: outwards, and never upside down. @param angle clockwise from the top */
function radial(angle: number): { readonly right: boolean; readonly turn: number } {
  const right = angle < Math.PI;
  return { right, turn: (angle * 360) / TAU - (right ? 90 : 270) };
}

/** An arc and a name outside of the ring for each host, where the names of all VMs could not be read. */
function hostMarks(arcs: readonly Arc[]) {
  const radius = 1.04;
  const labels = arcs.map(({ host, members }) => {
    const angle = (members[0][1] + members.at(-1)![1]) / 2;
    return { host, x: radius * Math.sin(angle), y: radius * Math.cos(angle), ...radial(angle) };
  });
  const bends = arcs.flatMap(({ host, members }) =>
    members.map(([, angle]) => ({ host, x: radius * Math.sin(angle), y: radius * Math.cos(angle) })),
  );
  return [
    Plot.line(bends, { x: "x", y: "y", z: "host", stroke: "var(--before)", strokeWidth: 2 }),
    ...[true, false].map((right) =>
      Plot.text(
        labels.filter((label) => label.right === right),
        {
          ...{ x: "x", y: "y", text: "host", rotate: "turn", fill: "currentColor" },
          ...{ textAnchor: right ? ("start" as const) : ("end" as const), dx: right ? 6 : -6 },
        },
      ),
    ),
  ];
}

function reach({ plan, snapshot }: ReportInput, { graph: { nodes }, reach: known }: Communication): Html {
  const names = namesOf(plan, snapshot);
  const short = shortener(commonDomain(plan.hosts.map(({ name }) => name)));
  const rows = known.failures
    .map(({ name: id, members }, failure) => {
      const taken = takenAlong(known, failure);
      return {
        host: short(names.get(id) ?? id),
        own: members.length,
        expected: taken.reduce((sum, { probability }) => sum + probability, 0),
        taken: taken.map(
          ({ node, probability }) => `${names.get(nodes[node].id) ?? nodes[node].id} ${share(probability)}`,
        ),
      };
    })
    .sort((a, b) => b.expected - a.expected || (a.host < b.host ? -1 : 1));
  const most = rows[0]?.expected ?? 0;
  return table(
    `VMs that a host's failure takes along beyond its own, where they run after the plan; ${count(known.worlds, "simulated world")}`,
    [
      { title: "Host" },
      { title: "Own VMs", number: true },
      { title: "Others, expected" },
      { title: "Likeliest", long: true },
    ],
    rows.map(({ host, own, expected, taken }) => [
      host,
      own,
      bar(expected, most, expected.toFixed(2)),
      few(taken, 4) || "none",
    ]),
  );
}
