import { z } from "zod";
import { AffinityError, type Problem } from "../../engine/errors";
import { problemsOf, validate } from "../../engine/validate";

const object = z.record(z.string(), z.unknown());

const changeSchema = z.object({
  address: z.string().min(1),
  module_address: z.string().optional(),
  mode: z.string(),
  type: z.string(),
  name: z.string(),
  change: z.object({
    actions: z.array(z.string()),
    before: object.nullish(),
    after: object.nullish(),
    after_unknown: z.unknown(),
  }),
});
export type ResourceChange = z.infer<typeof changeSchema>;

const expressions = z.record(z.string(), z.unknown()).default({});
const configuredSchema = z.object({ type: z.string(), name: z.string(), mode: z.string().optional(), expressions });

/** One module as it is written. What it calls is read as it is reached. */
export const moduleSchema = z.object({
  resources: z.array(configuredSchema).default([]),
  outputs: z.record(z.string(), z.unknown()).default({}),
  module_calls: z.record(z.string(), z.object({ expressions, module: z.unknown() })).default({}),
});
export type ConfiguredModule = z.infer<typeof moduleSchema>;

const planSchema = z.object({
  format_version: z.string().regex(/^1\.\d+$/, "is not 1.x, the format of Terraform 1 and OpenTofu"),
  resource_changes: z.array(z.unknown()).default([]),
  configuration: z.object({ root_module: z.unknown() }).optional(),
});

export interface TerraformPlan {
  readonly changes: readonly ResourceChange[];
  readonly root: ConfiguredModule | undefined;
}

/** Of a file that is wrong throughout, the first few say enough. */
const MOST_PROBLEMS = 20;
const HINT = "make it with terraform plan -out=FILE and terraform show -json FILE";

/**
 * Reads the JSON of `terraform show -json`.
 * @throws AffinityError TERRAFORM_PLAN_INVALID naming what is wrong, all of it at once (the first 20 problems)
 */
export function parseTerraformPlan(text: string, subject: string): TerraformPlan {
  const invalid = (message: string, problems: Problem[] = [], cause?: unknown) =>
    new AffinityError({ code: "TERRAFORM_PLAN_INVALID", message, hint: HINT, problems, cause });
  let raw: unknown;
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw invalid(`${subject} is not JSON`, [], error);
  }
  const keys = raw !== null && typeof raw === "object" ? Object.keys(raw) : [];
  const planned = keys.includes("planned_values") || keys.includes("resource_changes");
  if (keys.includes("values") && !planned) throw invalid(`${subject} is a state, not a plan`);
  if (!planned) {
    throw invalid(`${subject} is not a Terraform plan: it has neither planned_values nor resource_changes`);
  }
  const failure = { code: "TERRAFORM_PLAN_INVALID", subject, hint: HINT };
  const plan = validate(planSchema, raw, failure);
  const changes: ResourceChange[] = [];
  const problems: Problem[] = [];
  plan.resource_changes.forEach((item, index) => {
    if (problems.length >= MOST_PROBLEMS) return;
    const parsed = changeSchema.safeParse(item);
    if (parsed.success) return void changes.push(parsed.data);
    for (const { path, message } of problemsOf(parsed.error)) {
      problems.push({ path: `resource_changes[${index}]${path && `.${path}`}`, message });
    }
  });
  if (problems.length > 0) {
    throw invalid(`${subject} is not a valid Terraform plan`, problems.slice(0, MOST_PROBLEMS));
  }
  const root = plan.configuration && validate(moduleSchema, plan.configuration.root_module ?? {}, failure);
  return { changes, root };
}
