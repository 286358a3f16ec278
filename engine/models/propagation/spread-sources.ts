import type { CascadeGraph } from "./cascade-graph";
import { type Components, createComponents } from "./components";
import { type LiveEdges, drawEdges, roomForEdges } from "./draw-edges";
import type { Worlds } from "./simulate";
import { createTally } from "./tally";

/** So many sources are followed at once: 32 words of 32 bits, with one word to say which of them hold anything. */
export const SOURCES_AT_ONCE = 1024;

/**
 * What each source takes along, for cascades that reach much of the graph: a bit per source flows along a world's live
 * edges, so a cascade costs a 32nd of an operation per node and edge however large it is. Components go first to last,
 * each after all that lead to it, so every live edge is passed once. Adds to `counts`, [source][node].
 */
export function spreadSources(
  graph: CascadeGraph,
  sources: readonly Int32Array[],
  worlds: Worlds,
  counts: Uint32Array,
): void {
  for (let from = 0; from < sources.length; from += SOURCES_AT_ONCE)
    spreadSome(graph, sources.slice(from, from + SOURCES_AT_ONCE), worlds, counts.subarray(from * graph.nodes));
}

function spreadSome(graph: CascadeGraph, sources: readonly Int32Array[], worlds: Worlds, counts: Uint32Array): void {
  const { nodes } = graph;
  const edges = roomForEdges(graph);
  const components = createComponents(nodes, edges);
  const words = (sources.length + 31) >>> 5;
  const reached = new Int32Array(nodes * words);
  // A bit per word of a component's row: empty words cost nothing.
  const filled = new Int32Array(nodes);
  const tally = createTally(nodes, words, sources.length, counts);
  for (let world = worlds.from; world < worlds.to; world++) {
    drawEdges(graph, worlds.seed, world, edges);
    const count = components.find();
    reached.fill(0, 0, count * words);
    filled.fill(0, 0, count);
    for (let source = 0; source < sources.length; source++) {
      const word = source >>> 5;
      const bit = 1 << (source & 31);
      for (const node of sources[source]) {
        const row = components.component[node];
        reached[row * words + word] |= bit;
        filled[row] |= 1 << word;
      }
    }
    for (let row = count - 1; row >= 0; row--) passOn(row, edges, components, words, reached, filled);
    for (let row = 0; row < count; row++)
      for (let i = components.starts[row]; i < components.starts[row + 1]; i++)
        tally.add(components.members[i], reached, row * words, filled[row]);
    tally.next();
  }
  tally.flush();
}

function passOn(
  row: number,
  { offsets, targets }: LiveEdges,
  { component, members, starts }: Components,
  words: number,
  reached: Int32Array,
  filled: Int32Array,
): void {
  const mask = filled[row];
  if (mask === 0) return;
  for (let i = starts[row]; i < starts[row + 1]; i++) {
    const node = members[i];
    for (let edge = offsets[node]; edge < offsets[node + 1]; edge++) {
      const to = component[targets[edge]];
      if (to === row) continue;
      filled[to] |= mask;
      for (let rest = mask; rest !== 0; rest &= rest - 1) {
        const word = 31 - Math.clz32(rest & -rest);
        reached[to * words + word] |= reached[row * words + word];
      }
    }
  }
}
