import type { Plan } from "../planner/plan";
import type { Reservation } from "../planner/request";

/**
 * A plan that a preview showed: the update that follows finds it and carries out what was shown, if the world and the
 * request are still the same.
 */
export interface Proposal {
  /** Digest of what was asked. */
  readonly request: string;
  /** Digest of what was asked and of the world it was answered for. */
  readonly basis: string;
  /** Digest of the plan, which is saved beside it. */
  readonly plan: string;
  /** Epoch seconds. */
  readonly proposedAt: number;
}

/** What must outlive a run: room promised to stacks, plans shown, and the plans behind what is in their states. */
export interface Journal {
  readonly name: string;
  /** Room promised to others than `owner`, in a stable order. */
  reservations(cluster: string, exceptOwner?: string): Promise<Reservation[]>;
  /** Replaces what `owner` had, in every cluster. */
  reserve(cluster: string, owner: string, reservations: readonly Reservation[]): Promise<void>;
  release(owner: string): Promise<void>;
  savePlan(plan: Plan): Promise<void>;
  loadPlan(digest: string): Promise<Plan | null>;
  propose(owner: string, proposal: Proposal): Promise<void>;
  proposal(owner: string): Promise<Proposal | null>;
}
