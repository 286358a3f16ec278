export { createVcenterActions, createVcenterInventory } from "./create";
export { type About, type FoundRule, type MovePriority, VcenterActions, type VmRule } from "./actions";
export { VcenterInventory, type VcenterOptions } from "./inventory";
export { type FoundMachine, MachineActions, type MachineDraft } from "./machines";
export { type FoundPool, PoolActions, type PoolReservation } from "./pools";
export { type FoundTask, type TaskDraft, taskName } from "./scheduled-tasks";
export type { EndedTask, TaskOptions } from "./tasks";
