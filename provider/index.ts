export * from "./placement/resource";
export type { PlannedMove, PlannedPlacement, PlanSummary } from "./placement/planned";
export type { Drifted } from "./placement/lifecycle";
