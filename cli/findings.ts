import { type Finding, FINDING_CLASSES, type FindingClass } from "../provider/reconcile/finding";
import type { Metric } from "./metrics/exposition";
import { counted, metric } from "./metrics/metrics";
import { renderTable } from "./table";

const OUTCOMES = ["done", "failed", "pending", "reported"] as const;
const WIDTH = Math.max(...Object.keys(FINDING_CLASSES).map((name) => name.length)) + 2;

/** For a command's help. */
export const findingClasses = (): string =>
  Object.entries(FINDING_CLASSES)
    .map(([name, text]) => `  ${name.padEnd(WIDTH)}${text}`)
    .join("\n");

/** What was found, by class and outcome. */
export function findingMetrics(findings: readonly Finding[]): Metric {
  const known = Object.keys(FINDING_CLASSES) as FindingClass[];
  const samples = OUTCOMES.flatMap((outcome) => {
    const classes = findings.filter((finding) => finding.outcome === outcome).map((finding) => finding.class);
    return counted("findings", "class", known, classes).samples.map(({ labels, value }) => ({
      labels: { ...labels, outcome },
      value,
    }));
  });
  return metric("findings", ...samples);
}

/** Whether something could not be done, or not be found out. */
export const hasFailed = (findings: readonly Finding[]): boolean =>
  findings.some(({ outcome, class: what }) => outcome === "failed" || what === "not-judged");

export function findingTable(findings: readonly Finding[], width: number): string {
  const columns = [
    { title: "RESOURCE", min: 12 },
    { title: "FOUND" },
    { title: "OUTCOME" },
    { title: "DETAIL", fill: true },
  ];
  const rows = findings.map(({ owner, class: what, outcome, detail, text: why }) => [
    owner,
    what,
    outcome,
    why ? `${detail}: ${why}` : detail,
  ]);
  return renderTable(columns, rows, width);
}
