import type { CascadeGraph } from "./cascade-graph";
import { type Components, createComponents } from "./components";
import { type LiveEdges, drawEdges, roomForEdges } from "./draw-edges";
import type { Worlds } from "./simulate";

/** So many worlds lie ready while one source's row of counts stays in the cache. */
const WORLDS_AT_ONCE = 16;

/**
 * What each source takes along, for cascades that stay small: the nodes that each component reaches, written out once a
 * world, a list made from the lists of those it leads to. Reading a list through is several times quicker than searching
 * for it, and most sources share theirs with another but for a node. Adds to `counts`, [source][node]; gives how many
 * nodes failed, over all of it.
 */
export function listSources(
  graph: CascadeGraph,
  sources: readonly Int32Array[],
  worlds: Worlds,
  counts: Uint32Array,
): number {
  const { nodes } = graph;
  const marks = createMarks(nodes);
  const ready = Array.from({ length: Math.min(WORLDS_AT_ONCE, worlds.to - worlds.from) }, () =>
    openWorld(graph, marks),
  );
  const union = new Int32Array(nodes + 1);
  let total = 0;
  for (let from = worlds.from; from < worlds.to; from += WORLDS_AT_ONCE) {
    const length = Math.min(WORLDS_AT_ONCE, worlds.to - from);
    for (let i = 0; i < length; i++) ready[i].enter(worlds.seed, from + i);
    for (let source = 0; source < sources.length; source++) {
      const members = sources[source];
      const row = source * nodes;
      for (let i = 0; i < length; i++) {
        const world = ready[i];
        if (members.length === 1) {
          const component = world.component[members[0]];
          total += count(world.lists, world.begins[component], world.begins[component + 1], counts, row);
        } else total += count(union, 0, unite(world, members, marks, union), counts, row);
      }
    }
  }
  return total;
}

function count(list: Int32Array, begin: number, end: number, counts: Uint32Array, row: number): number {
  for (let i = begin; i < end; i++) counts[row + list[i]]++;
  return end - begin;
}

/** Which nodes were met: a number that grows takes the place of clearing. */
interface Marks {
  readonly at: Int32Array;
  next(): number;
}

function createMarks(nodes: number): Marks {
  const at = new Int32Array(nodes);
  let mark = 0;
  return {
    at,
    next: () => {
      if (++mark === 2 ** 31 - 1) {
        at.fill(0);
        mark = 1;
      }
      return mark;
    },
  };
}

interface World {
  enter(seed: number, world: number): void;
  readonly component: Int32Array;
  /** Component c reaches the nodes `lists[begins[c]]` to `lists[begins[c + 1] - 1]`, its own among them. */
  readonly begins: Int32Array;
  lists: Int32Array;
}

function openWorld(graph: CascadeGraph, marks: Marks): World {
  const edges = roomForEdges(graph);
  const components = createComponents(graph.nodes, edges);
  const world: World = {
    component: components.component,
    begins: new Int32Array(graph.nodes + 1),
    lists: new Int32Array(4 * graph.nodes + 1),
    enter: (seed, number) => {
      drawEdges(graph, seed, number, edges);
      const found = components.find();
      for (let c = 0; c < found; c++) {
        const begin = world.begins[c];
        // Room for all nodes, and one that is written before it is known to be new.
        if (begin + graph.nodes >= world.lists.length) world.lists = doubled(world.lists);
        world.begins[c + 1] = writeList(c, components, edges, world, marks);
      }
    },
  };
  return world;
}

function doubled(list: Int32Array): Int32Array {
  const larger = new Int32Array(2 * list.length);
  larger.set(list);
  return larger;
}

/** Lists of the components that `c` leads to are there already: they have smaller numbers. Gives the list's end. */
function writeList(
  c: number,
  { members, starts }: Components,
  { offsets, targets }: LiveEdges,
  { component, begins, lists }: World,
  marks: Marks,
): number {
  const begin = begins[c];
  let end = begin;
  let mark = 0;
  for (let i = starts[c]; i < starts[c + 1]; i++) {
    const node = members[i];
    for (let edge = offsets[node], last = offsets[node + 1]; edge < last; edge++) {
      const to = component[targets[edge]];
      if (to === c) continue;
      if (end === begin) {
        for (let k = begins[to], stop = begins[to + 1]; k < stop; k++) lists[end++] = lists[k];
        continue;
      }
      if (mark === 0) {
        mark = marks.next();
        for (let k = begin; k < end; k++) marks.at[lists[k]] = mark;
      }
      end = append(lists, begins[to], begins[to + 1], lists, end, marks.at, mark);
    }
  }
  for (let i = starts[c]; i < starts[c + 1]; i++) lists[end++] = members[i];
  return end;
}

/** Appends what isn't marked, without a branch that can't be foretold. */
function append(
  from: Int32Array,
  begin: number,
  stop: number,
  to: Int32Array,
  end: number,
  marks: Int32Array,
  mark: number,
): number {
  for (let k = begin; k < stop; k++) {
    const node = from[k];
    const difference = marks[node] ^ mark;
    to[end] = node;
    marks[node] = mark;
    end += (difference | -difference) >>> 31;
  }
  return end;
}

function unite(world: World, members: Int32Array, marks: Marks, union: Int32Array): number {
  const mark = marks.next();
  let end = 0;
  for (let i = 0; i < members.length; i++) {
    const component = world.component[members[i]];
    end = append(world.lists, world.begins[component], world.begins[component + 1], union, end, marks.at, mark);
  }
  return end;
}
