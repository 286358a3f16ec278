export { createVcenterActions, createVcenterInventory } from "./create";
export { type About, type FoundRule, type MovePriority, VcenterActions, type VmRule } from "./actions";
export { VcenterInventory, type VcenterOptions } from "./inventory";
export type { TaskOptions } from "./tasks";
export { type FoundTask, type TaskDraft, taskName } from "./scheduled-tasks";
