import type { Assessment } from "../../engine/models/assessment";
import type { ModelHealth } from "../../engine/models/health";
import type { CommunicationGraph, FailureReach } from "../../engine/models/propagation";
import type { WorkloadAffinityFile } from "../../engine/models/training";
import type { Opening } from "../../engine/planner/windows";
import type { Plan } from "../../engine/planner/plan";
import type { Snapshot } from "../../engine/snapshot";
import type { ReadyHosts } from "./ready-hosts";

/** When the moves may run, as the programs of the cluster declared it, from the plan's instant on. */
export interface DeclaredWindows {
  /** project/stack/name of each MigrationSchedule. */
  readonly owners: readonly string[];
  readonly openings: readonly Opening[];
}

/** Who depends on whom, and what each host takes along where it fails once the plan is carried out. */
export interface Communication {
  readonly graph: CommunicationGraph;
  /** One initial failure a host, under the host's id. */
  readonly reach: FailureReach;
}

/** What a report tells of. Only the plan is always known: every section says what it lacks. */
export interface ReportInput {
  readonly plan: Plan;
  readonly snapshot: Snapshot | null;
  /** Made at the plan's instant from the same telemetry and models. */
  readonly assessment: Assessment | null;
  readonly communication: Communication | null;
  readonly windows: DeclaredWindows | null;
  /** Classes of workloads and how hosts serve them; null where no trained model says. */
  readonly workloads: WorkloadAffinityFile | null;
  /** Null where there is no journal. */
  readonly ready: ReadyHosts | null;
  /** Null where there is no journal. */
  readonly health: readonly ModelHealth[] | null;
  /** Why the assessment isn't there, for the reader. */
  readonly because: string;
}
