export { createVcenterActions, createVcenterInventory } from "./create";
export { type About, type MovePriority, VcenterActions } from "./actions";
export { VcenterInventory, type VcenterOptions } from "./inventory";
export { type FoundMachine, MachineActions, type MachineDraft } from "./machines";
export { type FoundPool, PoolActions, type PoolReservation } from "./pools";
export type { FoundRule, VmRule } from "./rules";
export { type FoundTask, type TaskDraft, taskName } from "./scheduled-tasks";
export type { EndedTask, TaskOptions } from "./tasks";
