import type { CascadeGraph } from "./cascade-graph";
import { type LiveWorld, createLiveWorld, rootsOf } from "./live-world";
import type { Worlds } from "./simulate";
import { type Tally, WORLDS_A_TALLY, createTally } from "./tally";
import type { SharedTotals } from "./totals";

/** So many sources are followed at once: 32 words of 32 bits a node. */
const SOURCES_AT_ONCE = 1024;

/**
 * What each source takes along, for cascades that reach much of the graph: a bit per source flows along a world's live
 * edges, so a cascade costs a 32nd of an operation per node and edge however large it is. Components go first to last,
 * each after all that lead to it, so every live edge is passed once.
 */
export function spreadSources(
  graph: CascadeGraph,
  sources: readonly Int32Array[],
  worlds: Worlds,
  totals: SharedTotals,
): void {
  const { nodes } = graph;
  const roots = rootsOf(sources);
  const ready = Array.from({ length: WORLDS_A_TALLY }, () => createLiveWorld(graph));
  const found = new Int32Array(WORLDS_A_TALLY);
  const blocks: { from: number; words: number; tally: Tally }[] = [];
  for (let from = 0; from < sources.length; from += SOURCES_AT_ONCE) {
    const words = (Math.min(SOURCES_AT_ONCE, sources.length - from) + 31) >>> 5;
    blocks.push({ from, words, tally: createTally(nodes, words) });
  }
  // [world][node][word] whose failures reach the node.
  const reached = Array.from({ length: WORLDS_A_TALLY }, () => new Int32Array(nodes * (blocks[0]?.words ?? 0)));
  const flush = () => blocks.forEach(({ from, tally }) => tally.flush(from, totals));
  for (let world = worlds.from; world < worlds.to; world += WORLDS_A_TALLY) {
    const length = Math.min(WORLDS_A_TALLY, worlds.to - world);
    for (let i = 0; i < length; i++) found[i] = ready[i].enter(worlds.seed, world + i, roots);
    for (const { from, words, tally } of blocks) {
      const some = sources.slice(from, from + 32 * words);
      for (let i = 0; i < WORLDS_A_TALLY; i++) {
        reached[i].fill(0, 0, nodes * words);
        if (i < length) spread(some, ready[i], found[i], words, reached[i]);
      }
      tally.add(reached);
    }
    if (blocks.some(({ tally }) => tally.full())) flush();
  }
  flush();
}

/** Within a component one node holds the bits of all until the component is done. */
function spread(
  sources: readonly Int32Array[],
  { begins, ends, targets, component, members, starts }: LiveWorld,
  found: number,
  words: number,
  reached: Int32Array,
): void {
  for (let source = 0; source < sources.length; source++) {
    const nodes = sources[source];
    for (let i = 0; i < nodes.length; i++)
      reached[members[starts[component[nodes[i]]]] * words + (source >>> 5)] |= 1 << (source & 31);
  }
  for (let c = found - 1; c >= 0; c--) {
    const start = starts[c];
    const stop = starts[c + 1];
    const row = members[start] * words;
    for (let i = start; i < stop; i++) {
      const node = members[i];
      for (let edge = begins[node], last = ends[node]; edge < last; edge++) {
        const other = component[targets[edge]];
        if (other === c) continue;
        const to = members[starts[other]] * words;
        for (let word = 0; word < words; word++) reached[to + word] |= reached[row + word];
      }
    }
    for (let i = start + 1; i < stop; i++) {
      const to = members[i] * words;
      for (let word = 0; word < words; word++) reached[to + word] = reached[row + word];
    }
  }
}
