import type { ReportInput } from "./input";
import { page } from "./page/document";
import { instant } from "./page/format";
import { html } from "./page/html";
import { sections } from "./sections";

/**
 * The report: one HTML page without scripts that needs nothing from the network, in light, dark and on paper. The same
 * input gives the same bytes.
 */
export function renderReport(input: ReportInput): string {
  const { cluster, source, asOf, digest, seed, algorithm } = input.plan;
  const head = html`<h1>Plan for ${cluster.name}</h1>
    <p class="quiet">${source}, as of ${instant(asOf)}, plan <code>${digest.slice(0, 12)}</code></p>`;
  const foot = html`<p>
    Plan <code>${digest}</code>, seed ${seed}, ${algorithm}. Made by vsphere-affinity; times are UTC. The same snapshot,
    telemetry, settings and seed give the same plan.
  </p>`;
  const parts = sections.map(({ id, title, short, render }) => ({ id, title, short, content: render(input) }));
  return page(`Plan for ${cluster.name}, ${instant(asOf)}`, head, parts, foot);
}
