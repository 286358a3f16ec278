import { few, isoTime } from "../../plan-table";
import { html } from "../page/html";
import { count, instant, share } from "../page/format";
import type { ReportSection } from "../page/section";
import { table } from "../page/table";

/** What nobody could tell and what was used instead, and what is broken and stays so. */
export const lacking: ReportSection = {
  id: "lacking",
  title: "What was lacking",
  short: "Lacking",
  render({ plan }) {
    const { telemetry, unresolved = [] } = plan;
    const newest =
      telemetry.newest === null ? "there was no sample" : `the newest sample is of ${instant(telemetry.newest)}`;
    return html`<p>
        Telemetry from ${isoTime(telemetry.from)} to ${isoTime(telemetry.to)}; ${newest}. ${share(telemetry.coverage)}
        of the forecasts rest on history.
      </p>
      ${
        plan.lacking.length === 0
          ? html`<p>Nothing else was lacking.</p>`
          : table(
              "Lacking, and what was used in its place",
              [{ title: "What" }, { title: "Of" }, { title: "Used instead" }],
              plan.lacking.map(({ what, subjects, fallback }) => [what, few(subjects, 12), fallback]),
            )
      }
      <h3>Hard constraints that are broken already</h3>
      ${
        unresolved.length === 0
          ? html`<p>None that this plan leaves as it is.</p>`
          : html`<p class="alarm">
                ${count(unresolved.length, "constraint")} that the plan can't mend within its scope and moves
              </p>
              ${table(
                "Broken already",
                [{ title: "Constraint" }, { title: "What is the matter" }, { title: "Who" }],
                unresolved.map(({ constraint, text, subjects }) => [constraint, text, few(subjects, 12)]),
              )}`
      }`;
  },
};
