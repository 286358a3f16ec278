import type { CascadeGraph } from "./cascade-graph";
import { drawEdges, roomForEdges } from "./draw-edges";
import type { Worlds } from "./simulate";

/** So many worlds lie ready while one source's row of counts stays in the cache. */
const WORLDS_AT_ONCE = 16;

/**
 * What each source takes along, for cascades that stay small: a search from each source in each world, over edges that
 * were drawn once for all sources. Adds to `counts`, [source][node]; gives how many nodes failed, over all of it.
 */
export function searchSources(
  graph: CascadeGraph,
  sources: readonly Int32Array[],
  worlds: Worlds,
  counts: Uint32Array,
): number {
  const { nodes } = graph;
  const rooms = Array.from({ length: Math.min(WORLDS_AT_ONCE, worlds.to - worlds.from) }, () => roomForEdges(graph));
  const marks = new Int32Array(nodes);
  const queue = new Int32Array(nodes);
  let mark = 0;
  let total = 0;
  for (let from = worlds.from; from < worlds.to; from += WORLDS_AT_ONCE) {
    const ready = Math.min(WORLDS_AT_ONCE, worlds.to - from);
    for (let i = 0; i < ready; i++) drawEdges(graph, worlds.seed, from + i, rooms[i]);
    for (let source = 0; source < sources.length; source++) {
      const row = source * nodes;
      for (let i = 0; i < ready; i++) {
        if (++mark === 2 ** 31 - 1) {
          marks.fill(0);
          mark = 1;
        }
        total += search(rooms[i].offsets, rooms[i].targets, sources[source], marks, mark, queue, counts, row);
      }
    }
  }
  return total;
}

function search(
  offsets: Int32Array,
  targets: Int32Array,
  source: Int32Array,
  marks: Int32Array,
  mark: number,
  queue: Int32Array,
  counts: Uint32Array,
  row: number,
): number {
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    if (marks[source[i]] === mark) continue;
    marks[source[i]] = mark;
    queue[length++] = source[i];
  }
  for (let head = 0; head < length; head++) {
    const node = queue[head];
    counts[row + node]++;
    for (let edge = offsets[node], end = offsets[node + 1]; edge < end; edge++) {
      const to = targets[edge];
      if (marks[to] === mark) continue;
      marks[to] = mark;
      queue[length++] = to;
    }
  }
  return length;
}
