import { type CascadeGraph, RECORD } from "./cascade-graph";
import { firstKey, liveEdges, secondKey } from "./live-edges";

/** Worlds [from, to) of a seed: an independent set of live edges each. */
export interface Worlds {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** What became of one initial failure, over all worlds. Counts of worlds, so parts of the worlds add up. */
export interface Cascades {
  /** [node] worlds in which it failed. */
  readonly failed: Float64Array;
  /** [size] worlds in which that many nodes failed, the first ones included. */
  readonly sizes: Float64Array;
}

/**
 * Independent cascades (Kempe, Kleinberg and Tardos, "Maximizing the spread of influence", KDD 2003) from the nodes that
 * fail first: a breadth-first search in each world over its live edges, which are drawn only where a failure comes by.
 */
export function simulateCascades(graph: CascadeGraph, sources: Int32Array, worlds: Worlds): Cascades {
  const { nodes, offsets, records, tails } = graph;
  // [node] the last world (+ 1, from 1 on) that it failed in, and how many: side by side, for they are touched together.
  const state = new Int32Array(2 * nodes);
  const queue = new Int32Array(nodes);
  const sizes = new Float64Array(nodes + 1);
  for (let world = worlds.from; world < worlds.to; world++) {
    const first = firstKey(worlds.seed, world);
    const second = secondKey(worlds.seed, world);
    const mark = world - worlds.from + 1;
    let length = 0;
    for (let i = 0; i < sources.length; i++) {
      if (state[2 * sources[i]] === mark) continue;
      state[2 * sources[i]] = mark;
      queue[length++] = sources[i];
    }
    for (let head = 0; head < length; head++) {
      const node = queue[head];
      state[2 * node + 1]++;
      for (let record = offsets[node], end = offsets[node + 1]; record < end; record++) {
        let live = liveEdges(records, tails, record, first, second);
        const target = record * RECORD + 32;
        while (live !== 0) {
          const lowest = live & -live;
          live ^= lowest;
          const to = records[target - Math.clz32(lowest)];
          if (state[2 * to] === mark) continue;
          state[2 * to] = mark;
          queue[length++] = to;
        }
      }
    }
    sizes[length]++;
  }
  return { failed: Float64Array.from({ length: nodes }, (_, node) => state[2 * node + 1]), sizes };
}
