import type { CascadeGraph } from "./cascade-graph";
import { listSources, meanReach } from "./list-sources";
import type { Worlds } from "./simulate";
import { spreadSources } from "./spread-sources";
import { type Counts, type SharedTotals, addPart, countsIn, createTotals, partsOf } from "./totals";

/** Worlds to learn from how far cascades go. */
const TRIAL_WORLDS = 16;
/** Where a cascade takes more than this share of the nodes, bits for all sources cost less than a search for each. */
const LARGE_CASCADE = 1 / 30;

/**
 * What many initial failures take along, each alone, in the same worlds: [source][node] worlds in which the node failed.
 * The worlds are those of {@link simulateCascades}, and so are the counts, to the last one; but a world's edges are drawn
 * once for all sources. Two kernels give the same counts; how large the first worlds' cascades are decides which runs.
 */
export function simulateAll(graph: CascadeGraph, sources: readonly Int32Array[], worlds: Worlds): Counts {
  return partsOf(worlds).reduce<Counts | null>((sum, part) => {
    const totals = createTotals(sources.length, graph.nodes);
    addAll(graph, sources, part, totals);
    return addPart(sum, countsIn(totals));
  }, null)!;
}

/** The same, added to totals that other threads add their worlds to. */
export function addAll(
  graph: CascadeGraph,
  sources: readonly Int32Array[],
  worlds: Worlds,
  totals: SharedTotals,
): void {
  if (sources.length === 0 || worlds.to <= worlds.from) return;
  const trial = { ...worlds, to: Math.min(worlds.to, worlds.from + TRIAL_WORLDS) };
  const kernel = meanReach(graph, sources, trial) > LARGE_CASCADE * graph.nodes ? spreadSources : listSources;
  kernel(graph, sources, worlds, totals);
}
