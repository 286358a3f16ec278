import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, readPlacement } from "../placement";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  maxAgeMinutes: z
    .number()
    .positive()
    .default(120)
    .describe("How much older than the plan's instant the newest telemetry sample may be"),
  maxPlanAgeMinutes: z
    .number()
    .min(0)
    .default(24 * 60)
    .describe("How long ago the plan's instant may be; 0 for any age, where plans are made of recorded telemetry"),
  minCoverage: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("Least share of the planned virtual machines whose forecast rests on history. New ones have none"),
  allowConfiguredSizes: z.boolean().default(false).describe("Let pass a plan that saw no telemetry at all"),
});

/** A placement is worth no more than the telemetry it rests on. */
export const placementTelemetryFresh = definePolicy({
  name: "placement-telemetry-fresh",
  displayName: "Placements rest on fresh telemetry",
  description: "A Placement must be planned from telemetry that is recent enough and covers enough virtual machines.",
  group: "telemetry-trust",
  enforcementLevel: "mandatory",
  severity: "high",
  rationale:
    "When collection stops, forecasts go on describing a cluster that is gone: hosts that filled up since then look " +
    "empty, and failing ones look well.",
  remediation:
    "bring Telegraf's vSphere input back (`vsphere-affinity doctor` names what lacks) and run the preview again, or " +
    "widen this policy's configuration.",
  url: "https://github.com/influxdata/telegraf/tree/master/plugins/inputs/vsphere",
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    const { plan } = readPlacement(resource);
    // The update checks again with everything known, before anything is made.
    if (plan === UNKNOWN) return notApplicable("the plan depends on values that this preview doesn't know");
    // Planning failed, and the resource's own error says why: a second complaint would hide it.
    if (plan === undefined) return notApplicable("there is no plan to judge");

    const { newest, coverage } = plan.telemetry;
    const planned = plan.confirmedAt ?? plan.asOf;
    const maxAge = config.maxAgeMinutes * 60;
    const maxPlanAge = config.maxPlanAgeMinutes * 60;
    if (newest === null) {
      if (!config.allowConfiguredSizes) {
        report(`The plan for cluster ${plan.cluster.name} saw no telemetry at all: it rests on configured sizes.`);
      }
    } else if (planned - newest > maxAge) {
      report(
        `The newest telemetry sample for cluster ${plan.cluster.name} (${instant(newest)}) is ` +
          `${age(planned - newest)} older than the plan (${instant(planned)}); at most ${age(maxAge)} is allowed ` +
          `(maxAgeMinutes).`,
      );
    }
    if (newest !== null && coverage < config.minCoverage) {
      report(
        `Only ${percent(coverage)} of the planned virtual machines have a forecast that rests on history; at least ` +
          `${percent(config.minCoverage)} is demanded (minCoverage).`,
      );
    }
    // A plan for the instant of the newest sample is never older than its telemetry, however old both are.
    const planAge = Date.now() / 1000 - planned;
    if (maxPlanAge > 0 && planAge > maxPlanAge) {
      report(
        `The plan stands for ${instant(planned)}, ${age(planAge)} ago; at most ${age(maxPlanAge)} is allowed ` +
          `(maxPlanAgeMinutes).`,
      );
    }
  },
});

const instant = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;

function age(seconds: number): string {
  const total = Math.round(seconds / 60);
  return total < 60 ? `${total} min` : `${Math.floor(total / 60)} h ${total % 60} min`;
}
