import type { MigrationMove, MigrationPlan } from "../../../engine/planner/migration";
import { commonDomain } from "../../plan-table";
import { figure, fitted, labelRoom, Plot } from "../charts/draw";
import type { DeclaredWindows, ReportInput } from "../input";
import { type Html, html } from "../page/html";
import { count, duration, hourOf, instant, shortener } from "../page/format";
import type { ReportSection } from "../page/section";
import { figures } from "../page/table";

/** When each move runs, on a time line, with the windows in which it may. */
export const migrations: ReportSection = {
  id: "migrations",
  title: "Waves of moves",
  short: "Waves",
  render(input) {
    const { migration } = input.plan;
    if (!migration || migration.waves.length === 0)
      return html`<p class="unknown">Nothing is moved, so there are no waves.${unreachable(migration)}</p>`;
    return html`${text(input, migration)}${timeline(input, migration)}${unreachable(migration)}`;
  },
};

interface Bar {
  readonly wave: number;
  readonly move: MigrationMove;
  readonly label: string;
  /** Epoch seconds. */
  readonly start: number;
  readonly end: number;
}

function text({ windows, plan }: ReportInput, { waves, makespanSeconds }: MigrationPlan): Html {
  const rule =
    "All moves of a wave may be in flight at once; every hard constraint and vMotion limit holds with each of their VMs counted on both hosts.";
  const size = `${count(waves.length, "wave")}, ${duration(makespanSeconds)} in all. ${rule}`;
  if (!windows)
    return html`<p>
      ${size} No MigrationSchedule declares windows for this cluster: times are counted from the plan's instant,
      ${instant(plan.asOf)}.
    </p>`;
  return html`<p>${size} Windows as declared by ${windows.owners.join(", ")}.</p>`;
}

function barsOf({ plan, windows }: ReportInput, { waves }: MigrationPlan): Bar[] {
  const begin = windows
    ? startsWithin(waves, windows, plan.asOf)
    : waves.map(({ startsAfterSeconds }) => plan.asOf + startsAfterSeconds);
  return waves.flatMap((wave, i) =>
    wave.moves.map((move) => {
      const start = begin[i] + move.startsAfterSeconds - wave.startsAfterSeconds;
      return { wave: i + 1, move, label: fitted(move.vm), start, end: start + move.durationSeconds };
    }),
  );
}

/**
 * The instant at which each wave begins in the declared openings; NaN for one that none of them holds, and for all after
 * it, which count on it.
 */
function startsWithin(waves: MigrationPlan["waves"], { openings }: DeclaredWindows, from: number): number[] {
  let free = from;
  return waves.map(({ durationSeconds }) => {
    const opening = openings.find(({ start, end }) => Math.max(start, free) + durationSeconds <= end);
    if (!opening) return (free = Number.NaN);
    const start = Math.max(opening.start, free);
    free = start + durationSeconds;
    return start;
  });
}

function timeline(input: ReportInput, migration: MigrationPlan): Html {
  const all = barsOf(input, migration);
  const bars = all.filter(({ start }) => !Number.isNaN(start));
  const short = shortener(commonDomain(input.plan.hosts.map(({ name }) => name)));
  const held = all.length - bars.length;
  const note =
    held > 0 &&
    html`<p class="alarm">${count(held, "move")} ${held === 1 ? "fits" : "fit"} into no opening of the windows.</p>`;
  const below = figures(
    "moves in order",
    [
      { title: "VM" },
      { title: "Wave", number: true },
      { title: "From → to" },
      { title: "Starts, UTC" },
      { title: "Takes", number: true },
      { title: "Downtime", number: true },
      { title: "Notes" },
    ],
    all.map(({ wave, move, start }) => [
      move.vm,
      wave,
      `${short(move.from)} → ${short(move.to)}`,
      Number.isNaN(start) ? "no window" : instant(start).slice(0, 16),
      duration(move.durationSeconds),
      `${Math.round(move.downtimeMs)} ms`,
      [
        move.temporary && "stop on the way",
        move.stunned && "slowed down while it moves",
        move.storage && "disks move as well",
      ]
        .filter(Boolean)
        .join(", "),
    ]),
  );
  if (bars.length === 0) return html`${note}${below}`;
  // A VM that stops on the way has two bars in one row.
  const labels = [...new Set(bars.map(({ label }) => label))];
  const [from, until] = [Math.min(...bars.map(({ start }) => start)), Math.max(...bars.map(({ end }) => end))];
  const margin = Math.max(5, 0.02 * (until - from));
  const domain = [new Date((from - margin) * 1000), new Date((until + margin) * 1000)] as const;
  const open = (input.windows?.openings ?? [])
    .map(({ start, end }) => ({
      start: new Date(Math.max(start, from - margin) * 1000),
      end: new Date(Math.min(end, until + margin) * 1000),
    }))
    .filter(({ start, end }) => start < end);
  const rows = bars.map((bar) => ({ ...bar, begins: new Date(bar.start * 1000), ends: new Date(bar.end * 1000) }));
  const firsts = rows.filter(({ wave }, i) => i === 0 || rows[i - 1].wave !== wave);
  const starts = firsts.map(({ wave, begins }) => ({ wave: `wave ${wave}`, begins }));
  const caption = "When each VM moves, UTC";
  return html`${note}${figure(
    {
      caption,
      description: `${caption}: ${count(rows.length, "move")} from ${instant(from)} to ${instant(until)}`,
      legend: [
        { className: "bar-after", text: "in flight" },
        ...(open.length > 0 ? [{ className: "opening", text: "window" }] : []),
      ],
      below,
    },
    (width) => ({
      width,
      height: 60 + labels.length * 20,
      marginLeft: labelRoom(labels),
      marginRight: 12,
      marginTop: 24,
      x: {
        type: "utc",
        label: null,
        grid: true,
        domain,
        ticks: width < 500 ? 3 : 8,
        tickFormat: (date: Date) => clock(date, until - from),
      },
      y: { label: null, domain: labels, tickSize: 0 },
      marks: [
        Plot.rectX(open, { x1: "start", x2: "end", fill: "var(--opening)" }),
        Plot.ruleX(starts, { x: "begins", stroke: "var(--before)", strokeDasharray: "3 3" }),
        ...(starts.length > width / 90
          ? []
          : [false, true].map((late) =>
              Plot.text(
                // The last ones would run over the edge.
                starts.filter(({ begins }) => begins.getTime() / 1000 > until - 0.15 * (until - from) === late),
                {
                  x: "begins",
                  frameAnchor: "top",
                  dy: -12,
                  text: "wave",
                  textAnchor: late ? "end" : "start",
                  fill: "currentColor",
                },
              ),
            )),
        Plot.barX(rows, {
          x1: "begins",
          x2: "ends",
          y: "label",
          fill: "var(--after)",
          stroke: "var(--after)",
          insetTop: 3,
          insetBottom: 3,
        }),
      ],
    }),
  )}`;
}

const unreachable = (migration: MigrationPlan | undefined): Html | null =>
  migration && migration.unreachable.length > 0
    ? html`<h3>Targets that no order of moves reaches</h3>
        <ul>
          ${migration.unreachable.map(({ vm, to, because }) => html`<li>${vm} to ${to}: ${because}</li>`)}
        </ul>`
    : null;

/** With seconds where the moves take minutes only. */
const clock = (date: Date, spanSeconds: number): string =>
  spanSeconds < 300 ? date.toISOString().slice(11, 19) : hourOf(date.getTime() / 1000);
