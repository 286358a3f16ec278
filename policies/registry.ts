import type { PolicyConfigSchema } from "@pulumi/policy";
import type { z } from "zod";
import type { AffinityPolicy, Definition } from "./define";
import { antiAffinityGroupFitsHosts } from "./placement-safety/anti-affinity-group-fits-hosts";
import { plannedVirtualMachinePinned } from "./placement-safety/planned-virtual-machine-pinned";
import { virtualMachineOnPlannedHost } from "./placement-safety/virtual-machine-on-planned-host";
import { placementTelemetryFresh } from "./telemetry-trust/placement-telemetry-fresh";

/** Every policy of the package, by name: what the pack runs. A new policy is a file in its group's folder and a line here. */
export const policies: readonly AffinityPolicy[] = [
  antiAffinityGroupFitsHosts,
  placementTelemetryFresh,
  plannedVirtualMachinePinned,
  virtualMachineOnPlannedHost,
];

/** What a person, or a script, wants to know of a policy before enabling it. Plain data. */
export interface PolicyDescription extends Pick<
  Definition<z.ZodObject>,
  | "name"
  | "displayName"
  | "description"
  | "group"
  | "enforcementLevel"
  | "severity"
  | "rationale"
  | "remediation"
  | "url"
  | "appliesTo"
> {
  readonly configSchema: PolicyConfigSchema;
}

export function listPolicies(): PolicyDescription[] {
  return policies.map((policy) => ({
    name: policy.name,
    displayName: policy.displayName,
    description: policy.description,
    group: policy.group,
    enforcementLevel: policy.enforcementLevel,
    severity: policy.severity,
    rationale: policy.rationale,
    remediation: policy.remediationSteps,
    url: policy.url,
    appliesTo: policy.appliesTo,
    configSchema: policy.configSchema,
  }));
}
