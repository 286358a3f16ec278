export * from "./placement/resource";
export type { Lack, PlannedMove, PlannedPlacement, PlanSummary, Unresolved } from "./placement/planned";
export type { Drifted } from "./placement/lifecycle";
export * from "./stickiness/resource";
export type { PlannedRule, StickinessDrift } from "./stickiness/planned";
export * from "./schedule/resource";
export type { MoveOutcome } from "./execution/move";
export * from "./group/virtual-machine-group";
