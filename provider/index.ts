export * from "./placement/resource";
export type { Lack, PlannedMove, PlannedPlacement, PlanSummary, Unresolved } from "./placement/planned";
export type { Drifted } from "./placement/lifecycle";
