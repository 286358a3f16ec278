export * from "./plan";
export * from "./request";
export * from "./plan-placement";
export * from "./candidate-hosts";
export {
  type MigrationMove,
  type MigrationPlan,
  migrationPlanSchema,
  type MigrationRequest,
  migrationRequestSchema,
} from "./migration";
