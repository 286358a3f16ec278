import { type CascadeGraph, EDGES_PER_RECORD, RECORD } from "./cascade-graph";
import { firstKey, liveEdges, secondKey } from "./live-edges";

/** Live edges of one world: those of a node are `targets[offsets[node]]` to `targets[offsets[node + 1] - 1]`. */
export interface LiveEdges {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

/** Room for any world's live edges. */
export function roomForEdges(graph: CascadeGraph): LiveEdges {
  return {
    offsets: new Int32Array(graph.nodes + 1),
    targets: new Int32Array((graph.records.length / RECORD) * EDGES_PER_RECORD),
  };
}

/** Draws every edge of the world into `room`. */
export function drawEdges(graph: CascadeGraph, seed: number, world: number, room: LiveEdges): void {
  const { nodes, records, tails } = graph;
  const { offsets, targets } = room;
  const first = firstKey(seed, world);
  const second = secondKey(seed, world);
  let length = 0;
  for (let node = 0; node < nodes; node++) {
    for (let record = graph.offsets[node], end = graph.offsets[node + 1]; record < end; record++) {
      let live = liveEdges(records, tails, record, first, second);
      while (live !== 0) {
        const lowest = live & -live;
        live ^= lowest;
        targets[length++] = records[record * RECORD + 32 - Math.clz32(lowest)];
      }
    }
    offsets[node + 1] = length;
  }
}
