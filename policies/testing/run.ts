import type {
  EnforcementLevel,
  Policies,
  PolicyResource,
  PolicyResourceOptions,
  ReportViolation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { TestResource } from "./resources";
import { asPolicySees, unproxied } from "./unknown";

type AnyPolicy = Policies[number];
export type PolicyConfig = Readonly<Record<string, unknown>> & { readonly enforcementLevel?: EnforcementLevel };

export interface Violation {
  readonly policy: string;
  readonly enforcementLevel: EnforcementLevel;
  /** Name of the resource; undefined if the stack as a whole is at fault. */
  readonly resource: string | undefined;
  readonly message: string;
}

/**
 * Runs a policy on a stack as Pulumi does: each resource in turn with its inputs, then all of them with their outputs.
 * A policy that reads an unknown value ends there, as an advisory violation, as in a preview.
 */
export async function runPolicy(
  policy: AnyPolicy,
  resources: readonly TestResource[],
  config: PolicyConfig = {},
): Promise<Violation[]> {
  const { enforcementLevel = policy.enforcementLevel ?? "advisory", ...given } = config;
  if (enforcementLevel === "disabled") return [];
  // As Pulumi does: what a remediation leaves is judged as if the policy were mandatory.
  if (enforcementLevel === "remediate") {
    const mended: TestResource[] = [];
    for (const resource of resources) mended.push(await remediateResource(policy, resource, given));
    return runPolicy(policy, mended, { ...given, enforcementLevel: "mandatory" });
  }
  const violations: Violation[] = [];
  const names = new Map(resources.map((resource) => [urnOf(resource), resource.name]));
  const add = (level: EnforcementLevel, message: string, urn?: string) =>
    violations.push({
      policy: policy.name,
      enforcementLevel: level,
      resource: urn === undefined ? undefined : (names.get(urn) ?? urn),
      message,
    });
  const common = commonOf(policy, given);
  const attempt = async (urn: string | undefined, run: (report: ReportViolation) => Promise<void> | void) => {
    try {
      // Pulumi ignores the URN that a resource policy reports.
      await run((message, reported) => add(enforcementLevel, message, urn ?? reported));
    } catch (error) {
      if (error instanceof NotApplicable) return;
      if (!(error instanceof Error && "unknownTypeSentinel" in error)) throw error;
      add("advisory", error.message, urn);
    }
  };

  const { validateResource } = policy as ResourceValidationPolicy;
  for (const resource of resources) {
    const args = { ...viewOf(resource, resource.props), ...common };
    for (const validate of [validateResource ?? []].flat()) {
      await attempt(args.urn, (report) => validate(args, report));
    }
  }
  const { validateStack } = policy as Partial<StackValidationPolicy>;
  if (validateStack) {
    await attempt(undefined, (report) => validateStack({ resources: stackOf(resources), ...common }, report));
  }
  return violations;
}

/** All `policies` on one stack; `config` by policy name, as in a `--policy-pack-config` file. */
export async function runPolicies(
  policies: Iterable<AnyPolicy>,
  resources: readonly TestResource[],
  config: Readonly<Record<string, PolicyConfig>> = {},
): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const policy of policies) violations.push(...(await runPolicy(policy, resources, config[policy.name])));
  return violations;
}

/**
 * A resource as the policy's remediation leaves it; the same one where there is none, where it doesn't apply, or where
 * it needs to know what a preview doesn't.
 */
export async function remediateResource(
  policy: AnyPolicy,
  resource: TestResource,
  config: PolicyConfig = {},
): Promise<TestResource> {
  const { remediateResource: remediate } = policy as ResourceValidationPolicy;
  try {
    const result = await remediate?.({ ...viewOf(resource, resource.props), ...commonOf(policy, config) });
    return result ? { ...resource, props: unproxied(result) as TestResource["props"] } : resource;
  } catch (error) {
    if (error instanceof NotApplicable || (error instanceof Error && "unknownTypeSentinel" in error)) return resource;
    throw error;
  }
}

function commonOf(policy: AnyPolicy, config: PolicyConfig) {
  const given = Object.entries(config).filter(([key]) => key !== "enforcementLevel");
  return {
    getConfig: <T extends object>() => ({ ...defaultsOf(policy), ...Object.fromEntries(given) }) as T,
    notApplicable,
    stackTags: new Map<string, string>(),
  };
}

class NotApplicable extends Error {}

function notApplicable(reason?: string): never {
  throw new NotApplicable(reason);
}

/** Pulumi fills in the defaults of a policy's configuration schema before the policy sees it. */
function defaultsOf(policy: AnyPolicy): Record<string, unknown> {
  const properties = Object.entries(policy.configSchema?.properties ?? {});
  return Object.fromEntries(
    properties.flatMap(([key, { default: value }]) => (value === undefined ? [] : [[key, value]])),
  );
}

const urnOf = ({ type, name }: TestResource) => `urn:pulumi:test::test::${type}::${name}`;

function viewOf(resource: TestResource, props: object) {
  const defaults: PolicyResourceOptions = {
    protect: false,
    ignoreChanges: [],
    aliases: [],
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    additionalSecretOutputs: [],
  };
  const isType = (resourceClass: object) =>
    "__pulumiType" in resourceClass && resourceClass.__pulumiType === resource.type;
  const seen = asPolicySees({ ...props });
  return {
    type: resource.type,
    name: resource.name,
    urn: urnOf(resource),
    props: seen as Record<string, unknown>,
    opts: { ...defaults, ...resource.opts },
    isType,
    // Its callers name the type; at run time it is the same properties.
    asType: (resourceClass: object) => (isType(resourceClass) ? (seen as never) : undefined),
  };
}

function stackOf(resources: readonly TestResource[]): PolicyResource[] {
  const views = new Map<string, PolicyResource>();
  for (const resource of resources) {
    const props = { ...resource.props, ...resource.outputs };
    views.set(urnOf(resource), { ...viewOf(resource, props), dependencies: [], propertyDependencies: {} });
  }
  for (const resource of resources) {
    const view = views.get(urnOf(resource))!;
    for (const [key, others] of Object.entries(resource.dependsOn ?? {})) {
      view.propertyDependencies[key] = others.map((other) => views.get(urnOf(other))!);
      view.dependencies.push(...view.propertyDependencies[key]);
    }
  }
  return [...views.values()];
}
