import type { PolicyResourceOptions } from "@pulumi/policy";
import { PLACEMENT } from "../placement";
import { MIGRATION_SCHEDULE } from "../schedule";
import { STICKINESS } from "../stickiness";
import {
  AFFINITY_RULE,
  ANTI_AFFINITY_RULE,
  COMPUTE_CLUSTER,
  DRS_OVERRIDE,
  HOST,
  HOST_GROUP,
  HOST_RULE,
  RESOURCE_POOL,
  SNAPSHOT,
  TAG,
  TAG_CATEGORY,
  VIRTUAL_MACHINE,
} from "../vsphere";

type Props = Readonly<Record<string, unknown>>;

/** A resource of a stack that exists in a test only. */
export interface TestResource {
  readonly type: string;
  readonly name: string;
  /** Inputs: what resource policies see. May hold `unknown`. */
  readonly props: Props;
  /** What the provider adds to the inputs, or changes in them: stack policies see both together. */
  readonly outputs?: Props;
  /** Other resources of the test that a property's value comes from. */
  readonly dependsOn?: Readonly<Record<string, readonly TestResource[]>>;
  readonly opts?: Partial<PolicyResourceOptions>;
}

type Rest = Pick<TestResource, "outputs" | "dependsOn" | "opts">;
/** A resource of any type. */
export const testResource =
  (type: string) =>
  (name: string, props: Props = {}, rest: Rest = {}): TestResource => ({ type, name, props, ...rest });

/** A `vsphere.VirtualMachine`, called `name` in vCenter too unless the properties say otherwise. */
export const testVirtualMachine = (name: string, props: Props = {}, rest: Rest = {}) =>
  testResource(VIRTUAL_MACHINE)(name, { name, ...props }, rest);
export const testAntiAffinityRule = testResource(ANTI_AFFINITY_RULE);
export const testAffinityRule = testResource(AFFINITY_RULE);
export const testHostRule = testResource(HOST_RULE);
export const testHostGroup = testResource(HOST_GROUP);
export const testCluster = testResource(COMPUTE_CLUSTER);
export const testResourcePool = testResource(RESOURCE_POOL);
export const testHost = testResource(HOST);
export const testDrsOverride = testResource(DRS_OVERRIDE);
export const testSnapshot = testResource(SNAPSHOT);
export const testTag = testResource(TAG);
export const testTagCategory = testResource(TAG_CATEGORY);
export const testSchedule = testResource(MIGRATION_SCHEDULE);
export const testStickiness = testResource(STICKINESS);

/** A `Placement` with a sound plan, made just now from fresh telemetry; `plan` is laid over it. */
export function testPlacement(name: string, props: Props = {}, plan: Props = {}): TestResource {
  const now = Math.floor(Date.now() / 1000);
  const sound = {
    digest: "0".repeat(64),
    algorithm: "test",
    asOf: now,
    confirmedAt: now,
    seed: 1,
    source: "test",
    telemetry: { from: now - 14 * 86_400, to: now, newest: now - 60, coverage: 1 },
    cluster: { id: "domain-c1", name: "cluster-1" },
    candidateHosts: {},
    lacking: [],
    ...plan,
  };
  return testResource(PLACEMENT)(name, {
    cluster: "cluster-1",
    groups: [],
    placements: [],
    moves: [],
    plan: sound,
    ...props,
  });
}
