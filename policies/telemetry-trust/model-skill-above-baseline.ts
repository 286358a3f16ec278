import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, readPlacement } from "../placement";
import { PAGES } from "../references";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  models: z
    .array(z.string())
    .default([])
    .describe("Trained models, by name, that must serve; empty: every one that is configured"),
});

// As the models' loader writes it: which model, and why its baseline serves instead.
const INSTEAD = /^trained model ([^:]+): (.*)$/s;

/** The loader refuses a model that is no better than its baseline; here it is a matter of policy whether that passes. */
export const modelSkillAboveBaseline = definePolicy({
  name: "model-skill-above-baseline",
  displayName: "Trained models serve where they are configured",
  description: "A plan should not have had to take a baseline in place of a trained model.",
  group: "telemetry-trust",
  enforcementLevel: "advisory",
  severity: "medium",
  rationale:
    "A model whose skill has fallen below its baseline, whose file is damaged or whose training is long past is left " +
    "out by the plan, which is right, and easily overlooked.",
  remediation: "train the model anew, or take its folder out of the settings.",
  url: PAGES.resourceManagement,
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    const { plan } = readPlacement(resource);
    if (plan === UNKNOWN || plan === undefined) return notApplicable("there is no plan to read");
    for (const { what, fallback } of plan.lacking) {
      const [, model, why] = INSTEAD.exec(what) ?? [];
      if (model === undefined || (config.models.length > 0 && !config.models.includes(model))) continue;
      report(`The model ${model} doesn't serve (${why}); the plan rests on ${fallback}.`);
    }
  },
});
