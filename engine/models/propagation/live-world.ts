import { type CascadeGraph, EDGES_PER_RECORD, RECORD } from "./cascade-graph";
import { firstKey, liveEdges, secondKey } from "./live-edges";

/**
 * One world as far as some nodes' failures reach in it: live edges, and strongly connected components, nodes that fail
 * together whichever of them fails first. Holds one world at a time.
 */
export interface LiveWorld {
  /** Live edges of a node that is reached: `targets[begins[node]]` to `targets[ends[node] - 1]`. */
  readonly begins: Int32Array;
  readonly ends: Int32Array;
  readonly targets: Int32Array;
  /** [node] component, -1 where it isn't reached; an edge between two leads from the greater number to the smaller. */
  readonly component: Int32Array;
  /** Nodes by component: [starts[c], starts[c + 1]) of them are component c's. */
  readonly members: Int32Array;
  readonly starts: Int32Array;
  /** Enters another world, following failures of `roots`; how many components they reach. */
  enter(seed: number, world: number, roots: Int32Array): number;
}

/**
 * Tarjan's algorithm (SIAM J. Comput. 1:146, 1972) without recursion, in Pearce's form: a component is numbered after
 * all that it leads to. A node's edges are drawn when it is first met, so nothing is drawn that no failure comes by.
 */
export function createLiveWorld(graph: CascadeGraph): LiveWorld {
  const { nodes, offsets, records, tails } = graph;
  const begins = new Int32Array(nodes);
  const ends = new Int32Array(nodes);
  const targets = new Int32Array((records.length / RECORD) * EDGES_PER_RECORD);
  const component = new Int32Array(nodes);
  const members = new Int32Array(nodes);
  const starts = new Int32Array(nodes + 1);
  const order = new Int32Array(nodes);
  const low = new Int32Array(nodes);
  const edge = new Int32Array(nodes);
  const path = new Int32Array(nodes);
  const open = new Int32Array(nodes);

  const enter = (seed: number, world: number, roots: Int32Array) => {
    const first = firstKey(seed, world);
    const second = secondKey(seed, world);
    order.fill(0);
    component.fill(-1);
    let drawn = 0;
    let visited = 0;
    let count = 0;
    let placed = 0;
    let opened = 0;
    for (let i = 0; i < roots.length; i++) {
      if (order[roots[i]] !== 0) continue;
      let depth = -1;
      let next = roots[i];
      for (;;) {
        if (next >= 0) {
          path[++depth] = next;
          open[opened++] = next;
          order[next] = low[next] = ++visited;
          begins[next] = edge[next] = drawn;
          for (let record = offsets[next], end = offsets[next + 1]; record < end; record++) {
            let live = liveEdges(records, tails, record, first, second);
            while (live !== 0) {
              const lowest = live & -live;
              live ^= lowest;
              targets[drawn++] = records[record * RECORD + 32 - Math.clz32(lowest)];
            }
          }
          ends[next] = drawn;
        }
        const node = path[depth];
        next = -1;
        let at = edge[node];
        for (const end = ends[node]; at < end; at++) {
          const to = targets[at];
          if (order[to] === 0) {
            next = to;
            at++;
            break;
          }
          if (component[to] < 0 && order[to] < low[node]) low[node] = order[to];
        }
        edge[node] = at;
        if (next >= 0) continue;
        if (low[node] === order[node]) {
          starts[count] = placed;
          let last: number;
          do {
            last = open[--opened];
            component[last] = count;
            members[placed++] = last;
          } while (last !== node);
          count++;
        }
        if (--depth < 0) break;
        if (low[node] < low[path[depth]]) low[path[depth]] = low[node];
      }
    }
    starts[count] = placed;
    return count;
  };
  return { begins, ends, targets, component, members, starts, enter };
}

/** The nodes that fail first in any of the sources, each once. */
export function rootsOf(sources: readonly Int32Array[]): Int32Array {
  return Int32Array.from(new Set(sources.flatMap((members) => [...members])));
}
