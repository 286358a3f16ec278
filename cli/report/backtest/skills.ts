import type { BacktestRow } from "../../../engine/backtest";
import { figure, fitted, labelRoom, Plot } from "../charts/draw";
import { type Html, html } from "../page/html";
import { table } from "../page/table";

/** Far below 0 is as bad as bad: one hopeless model must not squeeze the others together. */
const LEAST = -1;

/** Skill of each model over its fallback, and the figures behind it. */
export function skills(models: readonly BacktestRow[]): Html {
  const known = models.flatMap(({ model, skill }) =>
    skill === null ? [] : [{ model: fitted(model, 30), skill: Math.max(LEAST, skill) }],
  );
  const labels = known.map(({ model }) => model);
  const caption = "Skill on days that the models had not seen, 0: as good as the fallback";
  const chart =
    known.length > 0 &&
    figure(
      {
        caption,
        description: `${caption}; the table below has the figures`,
        legend: [
          { className: "bar-after", text: "better than its fallback" },
          { className: "bar-alarm", text: "no better: the fallback serves" },
        ],
      },
      (width) => ({
        ...{ width, height: 40 + 22 * labels.length, marginLeft: labelRoom(labels, 210), marginRight: 20 },
        x: { label: null, grid: true, domain: [Math.min(0, ...known.map(({ skill }) => skill)), 1], ticks: 6 },
        y: { label: null, domain: labels, tickSize: 0 },
        color: { type: "identity" },
        marks: [
          Plot.barX(known, {
            ...{ x: "skill", y: "model", insetTop: 3, insetBottom: 3 },
            fill: ({ skill }: { skill: number }) => (skill > 0 ? "var(--after)" : "var(--alarm)"),
          }),
          Plot.ruleX([0], { stroke: "var(--before)" }),
        ],
      }),
    );
  const figureOf = (value: number | null, digits = 4) => value?.toFixed(digits) ?? "-";
  const number = true;
  return html`${chart}${table(
    "Every model",
    [
      { title: "Model" },
      { title: "Judged", number },
      { title: "Error", number },
      { title: "Fallback's", number },
      { title: "Skill", number },
      { title: "Calibration error", number },
      { title: "Measure, fallback, and why there is no figure", long: true },
    ],
    models.map((row) => [
      ...[row.model, row.judged.toLocaleString("en"), figureOf(row.error), figureOf(row.fallbackError)],
      ...[figureOf(row.skill, 3), figureOf(row.calibrationError)],
      row.measure === "none"
        ? row.because
        : `${row.measure}, against ${row.fallback}${row.because && `: ${row.because}`}`,
    ]),
  )}`;
}
