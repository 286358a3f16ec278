import type { CommunicationEdge, CommunicationNode, PropagationRules } from "../schema";

/** Room left on healthy hosts, all together; null where it isn't known. */
export interface SpareCapacity {
  readonly cpuMhz: number | null;
  readonly memoryMb: number | null;
}

/** What a rule may look at: `server` has failed, and `client` depends on it. */
export interface Situation {
  readonly edge: CommunicationEdge;
  readonly client: CommunicationNode;
  readonly server: CommunicationNode;
  /** Share of the client's traffic that goes to the server, 0 to 1. */
  readonly share: number;
  readonly spare: SpareCapacity;
}

/** Turns a probability that the failure goes on to the client into another, 0 to 1. Applied in the registry's order. */
export interface PropagationRule {
  readonly name: string;
  apply(probability: number, situation: Situation, rules: PropagationRules): number;
}
