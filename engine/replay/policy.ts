import type { Snapshot } from "../snapshot";
import type { RecordedDemand } from "./demand";

/** A move that a policy asks for; ids of the snapshot. */
export interface ReplayMove {
  readonly vm: string;
  readonly to: string;
}

/** A move under way: the VM loads both hosts until it ends. */
export interface ReplayFlight extends ReplayMove {
  readonly from: string;
  /** Epoch seconds. */
  readonly end: number;
}

/** All that a policy may know at `now`. */
export interface ReplayView {
  /** Epoch seconds. */
  readonly now: number;
  /** The world at `now`: every VM on the host that it is on, or leaves. */
  readonly snapshot: Snapshot;
  readonly cluster: string;
  /** Ends at `now`. */
  readonly history: RecordedDemand;
  readonly flights: readonly ReplayFlight[];
  /** Whether every hard constraint would hold with the VM on that host as well, as things stand. */
  fits(vm: string, host: string): boolean;
}

/** Something that moves VMs. */
export interface ReplayPolicy {
  readonly name: string;
  /** The moves to begin now, the most urgent first. Those that find no room before the next decision are forgotten. */
  decide(view: ReplayView): Promise<readonly ReplayMove[]> | readonly ReplayMove[];
}
