import type { CommunicationEdge, CommunicationGraph, PropagationRules } from "./schema";
import { PROPAGATION_RULES } from "./rules/registry";
import type { SpareCapacity } from "./rules/rule";

/** A failure of `from` goes on to `to` with this probability; both are rows of the graph's nodes. */
export interface TransmissionEdge {
  readonly from: number;
  readonly to: number;
  readonly probability: number;
}

/**
 * The failures' graph: an edge of the communication graph turned round (what is asked fails first, who asks follows),
 * each with the probability that the rules give. Edges that can't transmit are left out.
 */
export function transmissionEdges(
  graph: CommunicationGraph,
  rules: PropagationRules,
  spare: SpareCapacity,
): TransmissionEdge[] {
  const rows = new Map(graph.nodes.map((node, row) => [node.id, row]));
  const opened = new Map<string, number>();
  for (const { from, weight } of graph.edges) opened.set(from, (opened.get(from) ?? 0) + weight);
  return graph.edges.flatMap((edge: CommunicationEdge) => {
    const [client, server] = [rows.get(edge.from), rows.get(edge.to)];
    if (client === undefined || server === undefined) return [];
    const total = opened.get(edge.from) ?? 0;
    const situation = {
      edge,
      client: graph.nodes[client],
      server: graph.nodes[server],
      share: total > 0 ? edge.weight / total : 0,
      spare,
    };
    const probability = PROPAGATION_RULES.reduce((value, rule) => rule.apply(value, situation, rules), 0);
    return probability > 0 ? [{ from: server, to: client, probability }] : [];
  });
}
