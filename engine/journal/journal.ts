import type { Plan } from "../planner/plan";
import type { Reservation } from "../planner/request";

/** What must outlive a run: room promised to stacks, and the plans behind what is in their states. */
export interface Journal {
  readonly name: string;
  /** Room promised to others than `owner`. */
  reservations(cluster: string, exceptOwner?: string): Promise<Reservation[]>;
  /** Replaces what `owner` had in this cluster. */
  reserve(cluster: string, owner: string, reservations: readonly Reservation[]): Promise<void>;
  release(owner: string): Promise<void>;
  savePlan(plan: Plan): Promise<void>;
  loadPlan(digest: string): Promise<Plan | null>;
  close(): Promise<void>;
}
