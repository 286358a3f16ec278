import { AffinityError, type Problem } from "../../errors";
import type { TransmissionEdge } from "./transmission";

/** Edges in a record of the graph: one hash decides on all of them, a byte each. */
export const EDGES_PER_RECORD = 4;
/** Integers in a record: the four leading bytes of the probabilities, then four targets. */
export const RECORD = 5;

/**
 * The graph as the kernels read it. A node's edges lie in records of four, [offsets[node], offsets[node + 1]) of
 * `records`; a record that isn't full has edges of probability 0. Small, because what costs time in large graphs is
 * fetching them: 9 integers for four edges.
 */
export interface CascadeGraph {
  readonly nodes: number;
  readonly offsets: Int32Array;
  readonly records: Int32Array;
  /** The other 24 bits of each probability: looked at once in 256 edges, when the leading bytes are equal. */
  readonly tails: Uint32Array;
}

/** 32-bit threshold of a probability: a uniform 32-bit integer is below it with that probability, to 2^-32. */
export function thresholdOf(probability: number): number {
  return Math.min(2 ** 32 - 1, Math.round(probability * 2 ** 32));
}

/** @throws AffinityError GRAPH_INVALID with every edge that leads outside the graph or whose probability is none */
export function compileGraph(nodes: number, edges: readonly TransmissionEdge[]): CascadeGraph {
  checkEdges(nodes, edges);
  const outgoing: TransmissionEdge[][] = Array.from({ length: nodes }, () => []);
  for (const edge of edges) outgoing[edge.from].push(edge);
  const offsets = new Int32Array(nodes + 1);
  outgoing.forEach((list, node) => {
    offsets[node + 1] = offsets[node] + Math.ceil(list.length / EDGES_PER_RECORD);
  });
  const records = new Int32Array(offsets[nodes] * RECORD);
  const tails = new Uint32Array(offsets[nodes] * EDGES_PER_RECORD);
  outgoing.forEach((list, node) => {
    // The order of the input must not matter to which random number an edge gets.
    list.sort((a, b) => a.to - b.to || a.probability - b.probability);
    list.forEach((edge, i) => {
      const record = offsets[node] + Math.floor(i / EDGES_PER_RECORD);
      const slot = i % EDGES_PER_RECORD;
      const threshold = thresholdOf(edge.probability);
      records[record * RECORD] |= Math.floor(threshold / 2 ** 24) << (8 * slot);
      records[record * RECORD + 1 + slot] = edge.to;
      tails[record * EDGES_PER_RECORD + slot] = threshold % 2 ** 24;
    });
  });
  return { nodes, offsets, records, tails };
}

function checkEdges(nodes: number, edges: readonly TransmissionEdge[]): void {
  const problems: Problem[] = [];
  const isNode = (value: number) => Number.isInteger(value) && value >= 0 && value < nodes;
  edges.forEach(({ from, to, probability }, i) => {
    if (!isNode(from)) problems.push({ path: `edges[${i}].from`, message: `${from} is no node of ${nodes}` });
    if (!isNode(to)) problems.push({ path: `edges[${i}].to`, message: `${to} is no node of ${nodes}` });
    if (!(probability >= 0 && probability <= 1))
      problems.push({ path: `edges[${i}].probability`, message: `${probability} is not in 0 to 1` });
  });
  if (problems.length === 0) return;
  throw new AffinityError({
    code: "GRAPH_INVALID",
    message: `the graph of failures is not valid: ${problems.length} problem${problems.length === 1 ? "" : "s"}`,
    problems,
  });
}
