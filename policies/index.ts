export { listPolicies, policies, type PolicyDescription } from "./registry";
export { cpuHotAddHidesNuma } from "./capacity/cpu-hot-add-hides-numa";
export { noSnapshotOnMovingVirtualMachine } from "./capacity/no-snapshot-on-moving-virtual-machine";
export { reservationWithinNeed } from "./capacity/reservation-within-need";
export { resourceLimitsUnset } from "./capacity/resource-limits-unset";
export { virtualMachineRightSized } from "./capacity/virtual-machine-right-sized";
export { changeFreezeKept } from "./change-control/change-freeze-kept";
export { heldVirtualMachineStays } from "./change-control/held-virtual-machine-stays";
export { migrationBudgetBounded } from "./change-control/migration-budget-bounded";
export { migrationConcurrencyWithinLimits } from "./change-control/migration-concurrency-within-limits";
export { migrationWithinWindows } from "./change-control/migration-within-windows";
export { permanentRuleDeclared } from "./change-control/permanent-rule-declared";
export { placementMovesBounded } from "./change-control/placement-moves-bounded";
export { ruleExpiryBounded } from "./change-control/rule-expiry-bounded";
export { drsOverrideAgreesWithPlan } from "./declarations/drs-override-agrees-with-plan";
export { hostPinnedAgainstDrs } from "./declarations/host-pinned-against-drs";
export { ignoreChangesUnderDrs } from "./declarations/ignore-changes-under-drs";
export { predictiveDrsOff } from "./declarations/predictive-drs-off";
export { virtualMachineTagged } from "./declarations/virtual-machine-tagged";
export { antiAffinityGroupFitsHosts } from "./placement-safety/anti-affinity-group-fits-hosts";
export { apartGroupOnDifferentHosts } from "./placement-safety/apart-group-on-different-hosts";
export { clusterToleratesHostFailure } from "./placement-safety/cluster-tolerates-host-failure";
export { criticalGroupHostsIndependent } from "./placement-safety/critical-group-hosts-independent";
export { criticalVirtualMachineRiskBounded } from "./placement-safety/critical-virtual-machine-risk-bounded";
export { hostGroupHasHosts } from "./placement-safety/host-group-has-hosts";
export { overcommitBounded } from "./placement-safety/overcommit-bounded";
export { placementHeadroomKept } from "./placement-safety/placement-headroom-kept";
export { planLeavesNothingBroken } from "./placement-safety/plan-leaves-nothing-broken";
export { plannedVirtualMachinePinned } from "./placement-safety/planned-virtual-machine-pinned";
export { replicasOnOneHost } from "./placement-safety/replicas-on-one-host";
export { replicasOnSeveralDatastores } from "./placement-safety/replicas-on-several-datastores";
export { rulesAgree } from "./placement-safety/rules-agree";
export { virtualMachineOnPlannedHost } from "./placement-safety/virtual-machine-on-planned-host";
export { criticalVirtualMachineHasHistory } from "./telemetry-trust/critical-virtual-machine-has-history";
export { modelSkillAboveBaseline } from "./telemetry-trust/model-skill-above-baseline";
export { placementTelemetryFresh } from "./telemetry-trust/placement-telemetry-fresh";
export { planLacksLittle } from "./telemetry-trust/plan-lacks-little";
export {
  definePolicy,
  type AffinityPolicy,
  type Context,
  type Definition,
  type PolicyGroup,
  type StackContext,
} from "./define";
export type { Reference } from "./references";
