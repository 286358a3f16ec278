import type { Plan } from "../planner/plan";
import type { Reservation } from "../planner/request";

/**
 * A plan that a preview showed: the update that follows finds it and carries out what was shown, if the world and the
 * request are still the same.
 */
export interface Proposal {
  /** Digest of what was asked. */
  readonly request: string;
  /** Part of the inputs was not known: what was asked for is a part as well, and the update asks for all. */
  readonly partial: boolean;
  /** Digest of what was asked and of the world it was answered for. */
  readonly basis: string;
  /** Digest of the plan, which is saved beside it. */
  readonly plan: string;
  /** Epoch seconds. */
  readonly proposedAt: number;
  /** The room of others that it was planned around. */
  readonly known: readonly Reservation[];
}

/**
 * What must outlive a run: room promised to stacks, plans shown, and the plans behind what is in their states.
 * One journal may serve several vCenters: `cluster` is the name of the inventory's source, a slash and the id.
 */
export interface Journal {
  readonly name: string;
  /** Room promised to others than `owner`, in a stable order. */
  reservations(cluster: string, exceptOwner?: string): Promise<Reservation[]>;
  /**
   * Replaces what `owner` had, in every cluster.
   * @param knows whether a reservation of another owner on one of these hosts was reckoned with; absent: all were
   * @throws AffinityError ROOM_TAKEN, changing nothing, if one was not.
   */
  reserve(
    cluster: string,
    owner: string,
    reservations: readonly Reservation[],
    knows?: (other: Reservation) => boolean,
  ): Promise<void>;
  /** Forgets the owner's room and proposal. Where there is no journal, there is nothing to forget. */
  release(owner: string): Promise<void>;
  savePlan(plan: Plan): Promise<void>;
  /** The plan of this digest; null if it is not there any more, or was saved by a version that wrote plans otherwise. */
  loadPlan(digest: string): Promise<Plan | null>;
  /** The plan for `cluster` that was saved last; null if there is none. */
  latestPlan(cluster: string): Promise<Plan | null>;
  propose(owner: string, proposal: Proposal): Promise<void>;
  /** The owner's last one. */
  proposal(owner: string): Promise<Proposal | null>;
}
