import type {
  EnforcementLevel,
  PolicyConfigSchema,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  Severity,
  StackValidationArgs,
} from "@pulumi/policy";
import { z } from "zod";
import { AffinityError } from "../engine/errors";
import { validate } from "../engine/validate";
import type { Reference } from "./references";

export type PolicyGroup = "placement-safety" | "change-control" | "telemetry-trust" | "declarations" | "capacity";

/** What a check is given besides the resources. */
export interface Context<Config> {
  /** Validated, defaults filled in. */
  readonly config: Config;
  /** What is wrong, naming the thing at fault. In a stack check, with the URN of the resource to show it under. */
  readonly report: (message: string, urn?: string) => void;
  /** Ends the check: there is nothing it could say here, and why. */
  readonly notApplicable: (reason: string) => never;
}

export interface StackContext<Config> extends Context<Config> {
  /** Inputs of a resource, if its type is among `inputsOf` and this run registered it. */
  readonly inputs: (urn: string) => object | undefined;
}

export interface Definition<Config extends z.ZodObject> {
  /** Kebab-case. A user's configuration names it: never rename. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly group: PolicyGroup;
  readonly enforcementLevel: EnforcementLevel;
  readonly severity: Severity;
  /** Why it is worth blocking an update for. */
  readonly rationale: string;
  /** What to do about a violation. */
  readonly remediation: string;
  readonly url: string;
  /** Controls of published frameworks that the check serves; the first is the one that Pulumi shows. */
  readonly references?: readonly Reference[];
  /** Every key with a default and a description: a policy works without being configured. */
  readonly config: Config;
  /** Type tokens. The policy doesn't apply where no resource has one of them. */
  readonly appliesTo: readonly string[];
  /** Called per resource with its inputs, before it is made or updated: the place for what one resource shows alone. */
  readonly checkResource?: (resource: ResourceValidationArgs, context: Context<z.output<Config>>) => void;
  /** Called once with all outputs, at the end of a preview and of an update: for what only several show together. */
  readonly checkStack?: (resources: PolicyResource[], context: StackContext<z.output<Config>>) => void;
  /**
   * Types whose inputs `checkStack` asks for. It sees outputs, in which a provider has filled in what the program left
   * out, and Pulumi hands on no mark of which is which: so the inputs are remembered as they come by.
   */
  readonly inputsOf?: readonly string[];
  /**
   * The properties to set so that the resource passes; undefined if it does, or if nobody but a person can tell. Runs
   * where the policy's level is "remediate". Only for changes that need no new plan and interrupt no machine: a
   * remediation comes after a provider's own check.
   */
  readonly remediateResource?: (
    resource: ResourceValidationArgs,
    config: z.output<Config>,
  ) => Readonly<Record<string, unknown>> | undefined;
}

/** A policy that any policy pack takes, and what `listPolicies` says of it. */
export interface AffinityPolicy extends ResourceValidationPolicy {
  readonly displayName: string;
  readonly enforcementLevel: EnforcementLevel;
  readonly severity: Severity;
  readonly configSchema: PolicyConfigSchema;
  readonly remediationSteps: string;
  readonly url: string;
  readonly group: PolicyGroup;
  readonly rationale: string;
  readonly appliesTo: readonly string[];
  readonly references: readonly Reference[];
  /** @throws AffinityError POLICY_CONFIG_INVALID listing every problem. */
  readonly checkConfig: (config: object) => void;
  readonly validateResource?: (args: ResourceValidationArgs, report: ReportViolation) => void;
  readonly validateStack?: (args: StackValidationArgs, report: ReportViolation) => void;
}

/** Makes a policy of its definition: configuration, applicability and reporting are the same in all of them. */
export function definePolicy<Config extends z.ZodObject>(definition: Definition<Config>): AffinityPolicy {
  const { name, displayName, description, group, enforcementLevel, severity, rationale, url, appliesTo } = definition;
  const { checkResource, checkStack, remediateResource, inputsOf = [], references = [] } = definition;
  const inputs = new Map<string, object>();
  return {
    name,
    displayName,
    description,
    group,
    enforcementLevel,
    severity,
    rationale,
    url,
    appliesTo,
    remediationSteps: definition.remediation,
    tags: ["vsphere", group],
    references,
    checkConfig: (config) => void configOf(definition, { getConfig: <T extends object>() => config as T }),
    framework: {
      name: references[0]?.framework ?? "pulumi-vsphere-affinity",
      version: references[0]?.version ?? "1",
      reference: references[0]?.control ?? `${group}/${name}`,
      specification: references[0]?.title ?? rationale,
    },
    configSchema: configSchemaOf(definition.config),
    ...((checkResource || inputsOf.length > 0) && {
      validateResource: (args, report) => {
        if (inputsOf.includes(args.type)) inputs.set(args.urn, args.props);
        if (!checkResource) return args.notApplicable("judged with the whole stack");
        if (!appliesTo.includes(args.type)) return args.notApplicable(`applies to ${appliesTo.join(", ")}`);
        run(definition, args, report, (context) => checkResource(args, context));
      },
    }),
    ...(remediateResource && {
      remediateResource: (args) => {
        if (!appliesTo.includes(args.type)) return args.notApplicable(`applies to ${appliesTo.join(", ")}`);
        const changes = changesOf(definition, args);
        // In place: to copy the properties would be to read them, which an unknown one among them refuses.
        return changes && Object.assign(args.props, changes);
      },
    }),
    ...(checkStack && {
      validateStack: (args, report) => {
        if (!args.resources.some((resource) => appliesTo.includes(resource.type))) {
          return args.notApplicable(`applies to stacks with ${appliesTo.join(", ")}`);
        }
        run(definition, args, report, (context) =>
          checkStack(args.resources, { ...context, inputs: (urn) => inputs.get(urn) }),
        );
      },
    }),
  };
}

function run<Config extends z.ZodObject>(
  definition: Definition<Config>,
  args: Pick<StackValidationArgs, "getConfig" | "notApplicable">,
  report: ReportViolation,
  check: (context: Context<z.output<Config>>) => void,
): void {
  try {
    check({
      config: configOf(definition, args),
      // The CLI prints neither metadata nor remediation steps: they go where the user looks.
      report: (message, urn) => report(`${message}\nTo fix: ${definition.remediation}`, urn),
      notApplicable: (reason) => args.notApplicable(reason),
    });
  } catch (error) {
    // A policy that can't tell doesn't let pass; its user gets the problems, not a stack trace.
    if (!(error instanceof AffinityError)) throw error;
    report(error.describe());
  }
}

function configOf<Config extends z.ZodObject>(
  { name, config }: Definition<Config>,
  args: Pick<StackValidationArgs, "getConfig">,
): z.output<Config> {
  const known = Object.keys(config.shape);
  return validate(config, args.getConfig(), {
    code: "POLICY_CONFIG_INVALID",
    subject: `the configuration of policy ${name}`,
    hint: known.length > 0 ? `known keys are ${known.join(", ")}` : "it has no settings",
  });
}

/** What can't be read, or isn't configured right, is left as it is: the validation that follows reports it. */
function changesOf<Config extends z.ZodObject>(
  definition: Definition<Config>,
  args: ResourceValidationArgs,
): Readonly<Record<string, unknown>> | undefined {
  try {
    return definition.remediateResource?.(args, configOf(definition, args));
  } catch (error) {
    if (!(error instanceof AffinityError)) throw error;
    return undefined;
  }
}

/** The zod schema as the JSON schema that Pulumi checks configuration with. */
function configSchemaOf(config: z.ZodObject): PolicyConfigSchema {
  const { properties = {} } = z.toJSONSchema(config, { io: "input" });
  return { properties: properties as PolicyConfigSchema["properties"] };
}
