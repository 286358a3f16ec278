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

/** Properties as they were given, unknown ones among them: of an object that a policy saw, or made of such. */
export function unproxied(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const own = (value as { __isSpecialProxy?: boolean }).__isSpecialProxy
    ? (value as { __getSpecialProxyTarget: object }).__getSpecialProxyTarget
    : value;
  if (Array.isArray(own)) return own.map(unproxied);
  return Object.fromEntries(Object.entries(own).map(([key, item]) => [key, unproxied(item)]));
}
