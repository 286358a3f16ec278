import * as proxy from "@pulumi/policy/proxy";

// Internal to @pulumi/policy and therefore without types; used all the same, so that a policy under test meets the very
// proxy that it meets in a preview. (Its index exports it too, but loads the Pulumi SDK, which takes a second.)
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: <T extends object>(props: T) => T;
  unknownStringValue: string;
};

/** Stands in a test resource's properties, at any depth, for a value that a preview can't know yet. */
export const unknown = unknownStringValue;

/** Properties as a policy gets them: reading an unknown one throws. */
export const asPolicySees = unknownCheckingProxy;
