import type { ReplayPolicy } from "../policy";

/** Leaves everything where it is. */
export const idlePolicy: ReplayPolicy = { name: "no action", decide: () => [] };
