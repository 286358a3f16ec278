import { compileGraph, type Cascades } from "../../engine/models/propagation";

/** A quantity whose exact value is known, and how a simulation tells it. */
export interface Golden {
  readonly name: string;
  readonly nodes: number;
  readonly edges: readonly (readonly [from: number, to: number, probability: number])[];
  readonly expected: number;
  /** Mean and standard deviation (of one world) of the quantity. */
  measure(cascades: Cascades): { readonly mean: number; readonly deviation: number };
}

const worldsOf = ({ sizes }: Cascades) => sizes.reduce((sum, count) => sum + count, 0);
const bernoulli = (mean: number) => ({ mean, deviation: Math.sqrt(mean * (1 - mean)) });
const failedOf = (node: number) => (cascades: Cascades) => bernoulli(cascades.failed[node] / worldsOf(cascades));
/** From one node, an undirected graph's coins may be thrown for each direction apart: only one of them ever matters. */
const undirected = (edges: readonly (readonly [number, number])[], p: number) =>
  edges.flatMap(([a, b]) => [[a, b, p] as const, [b, a, p] as const]);

const BRIDGE = [[0, 1], [0, 2], [1, 2], [1, 3], [2, 3]] as const; // prettier-ignore
const COMPLETE = [0, 1, 2, 3, 4].flatMap((a) => [0, 1, 2, 3, 4].filter((b) => b > a).map((b) => [a, b] as const));
const DIRECTED = [[0, 1, 0.3], [0, 2, 0.4], [1, 2, 0.2], [1, 3, 0.5], [2, 3, 0.25], [2, 4, 0.6], [3, 5, 0.35], [4, 5, 0.45], [4, 1, 0.15], [3, 4, 0.1]] as const; // prettier-ignore
const ACTIVATION = [1, 0.32562, 0.436, 0.24895, 0.2755, 0.191601125];

function spread({ sizes }: Cascades) {
  let [total, sum, squares] = [0, 0, 0];
  sizes.forEach((count, size) => {
    total += count;
    sum += count * size;
    squares += count * size * size;
  });
  const mean = sum / total;
  return { mean, deviation: Math.sqrt(squares / total - mean * mean) };
}

export const GOLDEN: readonly Golden[] = [
  ...[0.1, 0.5, 0.9].map((p) => ({
    name: `bridge, two terminals, p = ${p}`,
    nodes: 4,
    edges: undirected(BRIDGE, p),
    expected: 2 * p ** 2 + 2 * p ** 3 - 5 * p ** 4 + 2 * p ** 5,
    measure: failedOf(3),
  })),
  {
    name: "K5, all terminals, p = 0.5",
    nodes: 5,
    edges: undirected(COMPLETE, 0.5),
    expected: 0.7109375,
    measure: (cascades) => bernoulli(cascades.sizes[5] / worldsOf(cascades)),
  },
  ...ACTIVATION.map((expected, node) => ({
    name: `directed graph, node ${node}`,
    nodes: 6,
    edges: DIRECTED,
    expected,
    measure: failedOf(node),
  })),
  { name: "directed graph, spread", nodes: 6, edges: DIRECTED, expected: 2.477671125, measure: spread },
];

export function compileGolden({ nodes, edges }: Golden) {
  return compileGraph(
    nodes,
    edges.map(([from, to, probability]) => ({ from, to, probability })),
  );
}

/** How many standard errors the simulation lies from the exact value; 0 for what can't vary and is right. */
export function sigmas(golden: Golden, cascades: Cascades): number {
  const { mean, deviation } = golden.measure(cascades);
  const distance = Math.abs(mean - golden.expected);
  if (distance === 0) return 0;
  return distance / (deviation / Math.sqrt(worldsOf(cascades)));
}
