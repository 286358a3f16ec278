export { migrationConfigSchema, type MigrationConfig } from "./config";
export { type MigrationMove, migrationMoveSchema, type MigrationPlan, migrationPlanSchema } from "./plan";
export { type MigrationRequest, migrationRequestSchema } from "./request";
export type { Relocation } from "./guard";
export { planMigration, type Reach } from "./plan-migration";
export { preCopy, type PreCopy, type PreCopyInput } from "./precopy";
export { orderReassignment, type ReassignmentOrder } from "./order-reassignment";
