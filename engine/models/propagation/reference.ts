import { type CascadeGraph, EDGES_PER_RECORD, RECORD } from "./cascade-graph";
import { bitsOf, firstKey, secondKey, tailOf } from "./live-edges";
import type { Cascades, Worlds } from "./simulate";

/** The plain reference of the kernels: one edge at a time, its 32-bit number against its 32-bit threshold. */
export function simulateCascadesReference(graph: CascadeGraph, sources: Int32Array, worlds: Worlds): Cascades {
  const failed = new Float64Array(graph.nodes);
  const sizes = new Float64Array(graph.nodes + 1);
  for (let world = worlds.from; world < worlds.to; world++) {
    const reached = new Set(sources);
    for (const node of reached)
      for (let record = graph.offsets[node]; record < graph.offsets[node + 1]; record++)
        for (let slot = 0; slot < EDGES_PER_RECORD; slot++)
          if (isLive(graph, record, slot, worlds.seed, world)) reached.add(graph.records[record * RECORD + 1 + slot]);
    for (const node of reached) failed[node]++;
    sizes[reached.size]++;
  }
  return { failed, sizes };
}

function isLive(graph: CascadeGraph, record: number, slot: number, seed: number, world: number): boolean {
  const bits = bitsOf(record, firstKey(seed, world), secondKey(seed, world));
  const leading = (graph.records[record * RECORD] >>> (8 * slot)) & 255;
  const threshold = leading * 2 ** 24 + graph.tails[record * EDGES_PER_RECORD + slot];
  const uniform = ((bits >>> (8 * slot)) & 255) * 2 ** 24 + tailOf(bits, slot);
  return uniform < threshold;
}
