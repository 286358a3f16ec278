import { figure, Plot } from "../charts/draw";
import { type Html, html } from "../page/html";
import { figures } from "../page/table";
import { ARMS } from "./arms";
import type { Arm } from "../../../engine/backtest";
import type { ReplayOutcome } from "../../../engine/replay";

const COLOURS = ["var(--before)", "var(--alarm)", "var(--after)"] as const;
const SAMPLES = ["bar-before", "bar-alarm", "bar-after"] as const;

const dayOf = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString().slice(0, 10);

/** Overload minutes of each day, one bar for each who had looked after the cluster. */
export function days(replay: Readonly<Record<Arm, Omit<ReplayOutcome, "placement">>>): Html {
  const rows = ARMS.flatMap(({ arm, short }, i) =>
    replay[arm].days.map(({ day, overloadMinutes, lostVmMinutes, moves }) => ({
      ...{ who: short, colour: COLOURS[i], day: dayOf(day).slice(5), date: dayOf(day) },
      ...{ overloadMinutes, lostVmMinutes, moves },
    })),
  );
  if (rows.length === 0) return html`<p class="unknown">Not a day was replayed.</p>`;
  const number = true;
  const caption = "Overload minutes by day, UTC";
  const below = figures(
    "each day",
    [
      { title: "Day" },
      { title: "Who" },
      { title: "Overload minutes", number },
      { title: "VM minutes lost", number },
      { title: "Moves", number },
    ],
    [...rows]
      .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
      .map((row) => [row.date, row.who, Math.round(row.overloadMinutes), row.lostVmMinutes.toFixed(1), row.moves]),
  );
  if (rows.every(({ overloadMinutes }) => overloadMinutes === 0))
    return html`<p class="unknown">No host was overloaded on any day, whoever looked after the cluster.</p>
      ${below}`;
  return figure(
    {
      caption,
      description: `${caption}, as it was, reactive and planned; the table below has the figures`,
      legend: ARMS.map(({ short }, i) => ({ className: SAMPLES[i], text: short })),
      below,
    },
    (width) => {
      const dates = [...new Set(rows.map(({ day }) => day))];
      const every = Math.ceil(dates.length / (width / 60));
      return {
        ...{ width, height: 260, marginLeft: 50, marginBottom: 30 },
        fx: { label: null, padding: 0.25, tickFormat: (day: string) => (dates.indexOf(day) % every ? "" : day) },
        x: { axis: null, domain: ARMS.map(({ short }) => short) },
        y: { label: null, grid: true, ticks: 5 },
        color: { type: "identity" },
        marks: [
          Plot.barY(rows, { fx: "day", x: "who", y: "overloadMinutes", fill: "colour" }),
          Plot.ruleY([0], { stroke: "var(--line)" }),
        ],
      };
    },
  );
}
