import type { PolicyConfigSchema } from "@pulumi/policy";
import type { z } from "zod";
import type { AffinityPolicy, Definition } from "./define";
import type { Reference } from "./references";
import { cpuHotAddHidesNuma } from "./capacity/cpu-hot-add-hides-numa";
import { noSnapshotOnMovingVirtualMachine } from "./capacity/no-snapshot-on-moving-virtual-machine";
import { reservationWithinNeed } from "./capacity/reservation-within-need";
import { resourceLimitsUnset } from "./capacity/resource-limits-unset";
import { virtualMachineRightSized } from "./capacity/virtual-machine-right-sized";
import { changeFreezeKept } from "./change-control/change-freeze-kept";
import { heldVirtualMachineStays } from "./change-control/held-virtual-machine-stays";
import { migrationBudgetBounded } from "./change-control/migration-budget-bounded";
import { migrationConcurrencyWithinLimits } from "./change-control/migration-concurrency-within-limits";
import { migrationWithinWindows } from "./change-control/migration-within-windows";
import { permanentRuleDeclared } from "./change-control/permanent-rule-declared";
import { placementMovesBounded } from "./change-control/placement-moves-bounded";
import { ruleExpiryBounded } from "./change-control/rule-expiry-bounded";
import { drsOverrideAgreesWithPlan } from "./declarations/drs-override-agrees-with-plan";
import { hostPinnedAgainstDrs } from "./declarations/host-pinned-against-drs";
import { ignoreChangesUnderDrs } from "./declarations/ignore-changes-under-drs";
import { predictiveDrsOff } from "./declarations/predictive-drs-off";
import { virtualMachineTagged } from "./declarations/virtual-machine-tagged";
import { antiAffinityGroupFitsHosts } from "./placement-safety/anti-affinity-group-fits-hosts";
import { apartGroupOnDifferentHosts } from "./placement-safety/apart-group-on-different-hosts";
import { clusterToleratesHostFailure } from "./placement-safety/cluster-tolerates-host-failure";
import { criticalGroupHostsIndependent } from "./placement-safety/critical-group-hosts-independent";
import { criticalVirtualMachineRiskBounded } from "./placement-safety/critical-virtual-machine-risk-bounded";
import { hostGroupHasHosts } from "./placement-safety/host-group-has-hosts";
import { overcommitBounded } from "./placement-safety/overcommit-bounded";
import { placementHeadroomKept } from "./placement-safety/placement-headroom-kept";
import { planLeavesNothingBroken } from "./placement-safety/plan-leaves-nothing-broken";
import { plannedVirtualMachinePinned } from "./placement-safety/planned-virtual-machine-pinned";
import { replicasOnOneHost } from "./placement-safety/replicas-on-one-host";
import { replicasOnSeveralDatastores } from "./placement-safety/replicas-on-several-datastores";
import { rulesAgree } from "./placement-safety/rules-agree";
import { virtualMachineOnPlannedHost } from "./placement-safety/virtual-machine-on-planned-host";
import { criticalVirtualMachineHasHistory } from "./telemetry-trust/critical-virtual-machine-has-history";
import { modelSkillAboveBaseline } from "./telemetry-trust/model-skill-above-baseline";
import { placementTelemetryFresh } from "./telemetry-trust/placement-telemetry-fresh";
import { planLacksLittle } from "./telemetry-trust/plan-lacks-little";

/** Every policy of the package, by name: what the pack runs. A new policy is a file in its group's folder and a line here. */
export const policies: readonly AffinityPolicy[] = [
  antiAffinityGroupFitsHosts,
  apartGroupOnDifferentHosts,
  changeFreezeKept,
  clusterToleratesHostFailure,
  cpuHotAddHidesNuma,
  criticalGroupHostsIndependent,
  criticalVirtualMachineHasHistory,
  criticalVirtualMachineRiskBounded,
  drsOverrideAgreesWithPlan,
  heldVirtualMachineStays,
  hostGroupHasHosts,
  hostPinnedAgainstDrs,
  ignoreChangesUnderDrs,
  migrationBudgetBounded,
  migrationConcurrencyWithinLimits,
  migrationWithinWindows,
  modelSkillAboveBaseline,
  noSnapshotOnMovingVirtualMachine,
  overcommitBounded,
  permanentRuleDeclared,
  placementHeadroomKept,
  placementMovesBounded,
  placementTelemetryFresh,
  planLacksLittle,
  planLeavesNothingBroken,
  plannedVirtualMachinePinned,
  predictiveDrsOff,
  replicasOnOneHost,
  replicasOnSeveralDatastores,
  reservationWithinNeed,
  resourceLimitsUnset,
  ruleExpiryBounded,
  rulesAgree,
  virtualMachineOnPlannedHost,
  virtualMachineRightSized,
  virtualMachineTagged,
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
  readonly references: readonly Reference[];
  /** Whether it mends what it finds where its level is "remediate". */
  readonly remediates: boolean;
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
    references: policy.references,
    remediates: policy.remediateResource !== undefined,
  }));
}
