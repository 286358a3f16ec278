export { listPolicies, policies, type PolicyDescription } from "./registry";
export { antiAffinityGroupFitsHosts } from "./placement-safety/anti-affinity-group-fits-hosts";
export { plannedVirtualMachinePinned } from "./placement-safety/planned-virtual-machine-pinned";
export { virtualMachineOnPlannedHost } from "./placement-safety/virtual-machine-on-planned-host";
export { placementTelemetryFresh } from "./telemetry-trust/placement-telemetry-fresh";
export {
  definePolicy,
  type AffinityPolicy,
  type Context,
  type Definition,
  type PolicyGroup,
  type StackContext,
} from "./define";
