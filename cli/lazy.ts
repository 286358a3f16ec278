/* eslint-disable @typescript-eslint/no-require-imports --
   `--help` and a typo must answer at once: DuckDB, gpu.js, zod and the models are loaded by the command that uses
   them. `import()` can't do it, since it is not turned into `require` in a CommonJS build of this module setting. */

/** Everything heavy, loaded at its first use. */
export const lazy = {
  backtest: () => require("../engine/backtest") as typeof import("../engine/backtest"),
  compute: () => require("../engine/compute") as typeof import("../engine/compute"),
  demand: () => require("../engine/models/demand/forecast") as typeof import("../engine/models/demand/forecast"),
  journal: () => require("../engine/journal/duckdb") as typeof import("../engine/journal/duckdb"),
  knownKeys: () => require("./known-keys") as typeof import("./known-keys"),
  models: () => require("../provider/models") as typeof import("../provider/models"),
  plan: () => require("../engine/planner/plan") as typeof import("../engine/planner/plan"),
  pulumiAutomation: () => require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation"),
  progressBar: () => require("cli-progress") as typeof import("cli-progress"),
  policies: () => require("../policies/registry") as typeof import("../policies/registry"),
  report: () => require("./report") as typeof import("./report"),
  reconcile: () => require("../provider/reconcile/reconcile") as typeof import("../provider/reconcile/reconcile"),
  request: () => require("../engine/planner/request") as typeof import("../engine/planner/request"),
  run: () => require("../engine/run") as typeof import("../engine/run"),
  settings: () => require("../provider/settings") as typeof import("../provider/settings"),
  snapshot: () => require("../engine/snapshot") as typeof import("../engine/snapshot"),
  snapshotFile: () => require("../engine/snapshot/file") as typeof import("../engine/snapshot/file"),
  synthetic: () => require("../engine/synthetic") as typeof import("../engine/synthetic"),
  table: () => require("cli-table3") as typeof import("cli-table3"),
  telemetry: () => require("../engine/telemetry/open") as typeof import("../engine/telemetry/open"),
  telemetryImport: () => require("../engine/telemetry/import") as typeof import("../engine/telemetry/import"),
  telemetrySchema: () => require("../engine/telemetry/schema") as typeof import("../engine/telemetry/schema"),
  trackRecord: () => require("../provider/track-record") as typeof import("../provider/track-record"),
  training: () => require("../engine/models/training") as typeof import("../engine/models/training"),
  modelStore: () => require("../engine/models/store") as typeof import("../engine/models/store"),
  promises: () => require("../provider/placement/promises") as typeof import("../provider/placement/promises"),
  vsphere: () => require("../provider/vsphere") as typeof import("../provider/vsphere"),
  validate: () => require("../engine/validate") as typeof import("../engine/validate"),
  world: () => require("../provider/world") as typeof import("../provider/world"),
  terraform: () => require("../policies/terraform") as typeof import("../policies/terraform"),
  yaml: () => require("yaml") as typeof import("yaml"),
} as const;
