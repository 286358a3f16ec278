/** Something that may fail first and what goes with it: a host and the VMs on it, a datastore, one VM alone. */
export interface InitialFailure {
  readonly name: string;
  /** Rows of the graph's nodes. */
  readonly members: readonly number[];
  /** That it fails within the horizon. */
  readonly probability: number;
}

/** What each initial failure takes along. */
export interface FailureReach {
  readonly failures: readonly InitialFailure[];
  readonly nodes: number;
  readonly worlds: number;
  /** [failure][node] that the node fails once the failure has happened; 1 for its members. */
  readonly probability: Float32Array;
}

/**
 * Risk score of every VM: the probability that it fails within the horizon, by whichever initial failure. Failures are
 * taken as independent, and so are their cascades: 1 - product of (1 - P(failure) P(VM | failure)). Where two happen in
 * one horizon their cascades share edges, so this is a little high then; a score that has no rare event to draw is exact
 * to more digits than one that waits for hosts to fail in simulated worlds.
 */
export function riskScores(reach: FailureReach): Float64Array {
  const survives = new Float64Array(reach.nodes).fill(1);
  reach.failures.forEach(({ probability }, failure) => {
    for (let node = 0; node < reach.nodes; node++)
      survives[node] *= 1 - probability * reach.probability[failure * reach.nodes + node];
  });
  return survives.map((value) => 1 - value);
}

/** One initial failure's part in a VM's risk. */
export interface RiskCause {
  readonly failure: string;
  /** P(failure) × P(VM | failure). */
  readonly probability: number;
  /** The VM is one of its members, and doesn't fail through others. */
  readonly direct: boolean;
}

/** Where a VM's risk comes from, greatest first. */
export function explainRisk(reach: FailureReach, node: number, limit = 5): RiskCause[] {
  return reach.failures
    .map(({ name, members, probability }, failure) => ({
      failure: name,
      probability: probability * reach.probability[failure * reach.nodes + node],
      direct: members.includes(node),
    }))
    .filter((cause) => cause.probability > 0)
    .sort((a, b) => b.probability - a.probability || (a.failure < b.failure ? -1 : 1))
    .slice(0, limit);
}

/** The VMs that one initial failure takes along beyond its own, likeliest first. */
export function takenAlong(
  reach: FailureReach,
  failure: number,
  atLeast = 0.01,
): { node: number; probability: number }[] {
  const members = new Set(reach.failures[failure].members);
  const row = reach.probability.subarray(failure * reach.nodes, (failure + 1) * reach.nodes);
  return Array.from(row, (probability, node) => ({ node, probability }))
    .filter(({ node, probability }) => probability >= atLeast && !members.has(node))
    .sort((a, b) => b.probability - a.probability || a.node - b.node);
}
