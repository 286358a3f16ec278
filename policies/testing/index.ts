export { runPolicies, runPolicy, type PolicyConfig, type Violation } from "./run";
export {
  testAntiAffinityRule,
  testCluster,
  testHost,
  testPlacement,
  testVirtualMachine,
  type TestResource,
} from "./resources";
export { unknown } from "./unknown";
