export { remediateResource, runPolicies, runPolicy, type PolicyConfig, type Violation } from "./run";
export {
  testAffinityRule,
  testAntiAffinityRule,
  testCluster,
  testDrsOverride,
  testHost,
  testHostGroup,
  testHostRule,
  testPlacement,
  testResource,
  testResourcePool,
  testSchedule,
  testSnapshot,
  testStickiness,
  testTag,
  testTagCategory,
  testVirtualMachine,
  type TestResource,
} from "./resources";
export { unknown } from "./unknown";
