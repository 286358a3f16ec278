import type { ModelHealth } from "../../../engine/models/health";
import { panel, Plot } from "../charts/draw";
import { type Html, html } from "../page/html";
import { count, share } from "../page/format";
import type { ReportSection } from "../page/section";
import { table } from "../page/table";

/** Whether what the models said came true. */
export const calibration: ReportSection = {
  id: "calibration",
  title: "Calibration of the models",
  short: "Calibration",
  render({ health, plan }) {
    const { models } = plan.telemetry;
    const trained =
      models &&
      models.length > 0 &&
      html`<h3>Trained models that took part</h3>
        ${table(
          "By name, with the start of their SHA-256",
          [{ title: "Model" }, { title: "Digest" }],
          models.map(({ name, digest }) => [name, html`<code>${digest.slice(0, 16)}</code>`]),
        )}`;
    if (!health || health.length === 0)
      return html`<p class="unknown">
          Nothing that the models said of this inventory has come due yet, or no journal keeps it: calibration is not
          known.
        </p>
        ${trained || null}`;
    return html`<p>
        A model is well calibrated if, of what it gave a probability of 10 %, one in ten came true: points on the
        diagonal.
      </p>
      <div class="panels">${health.filter(({ reliability }) => reliability.length > 0).map(diagram)}</div>
      ${facts(health)}${trained || null}`;
  },
};

function diagram({ model, reliability, judged, state }: ModelHealth): Html {
  const points = reliability.map(({ meanProbability, frequency, rows }) => ({
    said: 100 * meanProbability,
    came: 100 * frequency,
    rows,
  }));
  const most = Math.max(1, ...points.flatMap(({ said, came }) => [said, came])) * 1.08;
  return panel(
    `${model}: said, and came true, %`,
    `Reliability of ${model}: ${points.map(({ said, came }) => `said ${said.toFixed(1)} %, came ${came.toFixed(1)} %`).join("; ")}`,
    {
      height: 260,
      marginLeft: 40,
      marginBottom: 44,
      x: { label: "said, %", domain: [0, most], grid: true, ticks: 5 },
      y: { label: "came true, %", domain: [0, most], grid: true, ticks: 5 },
      marks: [
        Plot.line([{ at: 0 }, { at: most }], { x: "at", y: "at", stroke: "var(--before)", strokeDasharray: "4 3" }),
        Plot.lineY(points, { x: "said", y: "came", stroke: "var(--after)" }),
        Plot.dot(points, { x: "said", y: "came", fill: "var(--after)", r: 4 }),
      ],
    },
    `${count(judged, "forecast")} judged${state === "unknown" ? ": too few to tell" : ""}`,
  );
}

const STATE = {
  good: html`<span class="good">good</span>`,
  unknown: "too few judged to tell",
  alarm: html`<span class="alarm">alarm</span>`,
} as const;

const facts = (health: readonly ModelHealth[]): Html =>
  table(
    "Every model that was judged",
    [
      { title: "Model" },
      { title: "Judged", number: true },
      { title: "Calibration error", number: true },
      { title: "Skill", number: true },
      { title: "Error, lately / before", number: true },
      { title: "State" },
    ],
    health.map(({ model, judged, calibrationError, skill, drift, state, alarm }) => [
      model,
      judged,
      share(calibrationError, { fine: true }),
      skill === null ? "unknown" : skill.toFixed(3),
      drift === null ? "unknown" : drift.toFixed(2),
      html`${STATE[state]}${alarm !== "" && `: ${alarm}`}`,
    ]),
  );
