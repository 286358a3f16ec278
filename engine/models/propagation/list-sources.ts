import type { CascadeGraph } from "./cascade-graph";
import { type LiveWorld, createLiveWorld, rootsOf } from "./live-world";
import type { Worlds } from "./simulate";
import { type SharedTotals, addToTotals } from "./totals";

/** So many worlds lie ready while one source's row of counts stays in the cache. */
const WORLDS_AT_ONCE = 128;
/** Bounds of so many worlds stand beside each other, node by node: one line of the cache. */
const WORLDS_A_LINE = 8;

/**
 * What each source takes along, for cascades that stay small: the nodes that each component reaches, written out once a
 * world, a list made from the lists of those it leads to. Reading a list through is several times quicker than searching
 * for it, and most sources share theirs with another but for a node. Counts are short until they are full: what limits
 * the kernel is how much of a row of counts stays near.
 */
export function listSources(
  graph: CascadeGraph,
  sources: readonly Int32Array[],
  worlds: Worlds,
  totals: SharedTotals,
): void {
  const { nodes } = graph;
  const lists = createLists(graph, sources);
  for (let from = worlds.from; from < worlds.to; from += WORLDS_AT_ONCE) {
    lists.enter({ ...worlds, from });
    addToTotals(totals, (counts, first, last) => {
      for (let source = first; source < last; source++) lists.count(sources[source], counts, source * nodes);
    });
  }
}

/** How many nodes a source takes along, in the mean over the sources and the first of these worlds, a batch at most. */
export function meanReach(graph: CascadeGraph, sources: readonly Int32Array[], worlds: Worlds): number {
  const lists = createLists(graph, sources);
  const counts = new Uint16Array(graph.nodes);
  const entered = lists.enter(worlds);
  const failed = sources.reduce((sum, members) => sum + lists.count(members, counts, 0), 0);
  return failed / (entered * sources.length);
}

/** Node numbers, as short as they fit: half the bytes is nearly half the time. */
type NodeList = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

interface Lists {
  /** Forgets all worlds and writes out what each component reaches in the first of these, a batch at most; how many. */
  enter(worlds: Worlds): number;
  /** Adds to the row of counts in how many worlds each node failed; how many failed, over all of them. */
  count(members: Int32Array, counts: Uint16Array, row: number): number;
}

function createLists(graph: CascadeGraph, sources: readonly Int32Array[]): Lists {
  const { nodes } = graph;
  const roots = rootsOf(sources);
  const world = createLiveWorld(graph);
  const marks = createMarks(nodes);
  // Where the list of a node begins and ends in a world: see boundsOf.
  const bounds = new Int32Array(2 * nodes * WORLDS_AT_ONCE);
  const room = (length: number): NodeList => (nodes <= 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length));
  const union = room(nodes + 1);
  let list = room(4 * nodes + 1);
  let end = 0;
  let entered = 0;
  const write = (slot: number, components: number) => {
    for (let c = 0; c < components; c++) {
      // Room for all nodes, and one that is written before it is known to be new.
      if (end + nodes >= list.length) {
        const larger = room(2 * list.length);
        larger.set(list);
        list = larger;
      }
      const begin = beginOf(c, world, bounds, boundsOf(nodes, slot), end);
      end = writeList(c, world, bounds, boundsOf(nodes, slot), list, begin, end, marks);
      for (let i = world.starts[c]; i < world.starts[c + 1]; i++) {
        const at = boundsOf(nodes, slot) + 2 * WORLDS_A_LINE * world.members[i];
        bounds[at] = begin;
        bounds[at + 1] = end;
      }
    }
  };
  return {
    enter: ({ seed, from, to }) => {
      end = 0;
      for (entered = 0; entered < WORLDS_AT_ONCE && from + entered < to; entered++) {
        write(entered, world.enter(seed, from + entered, roots));
      }
      return entered;
    },
    count: (members, counts, row) => {
      let total = 0;
      for (let slot = 0; slot < entered; slot++) {
        const at = boundsOf(nodes, slot) + 2 * WORLDS_A_LINE * members[0];
        if (members.length === 1) {
          addOnes(list, bounds[at], bounds[at + 1], counts, row);
          total += bounds[at + 1] - bounds[at];
          continue;
        }
        const mark = marks.next();
        let length = 0;
        for (let i = 0; i < members.length; i++) {
          const at = boundsOf(nodes, slot) + 2 * WORLDS_A_LINE * members[i];
          length = append(list, bounds[at], bounds[at + 1], union, length, marks.at, mark);
        }
        addOnes(union, 0, length, counts, row);
        total += length;
      }
      return total;
    },
  };
}

/** The first node's bounds in a world; the next one's are 2 * WORLDS_A_LINE further. */
const boundsOf = (nodes: number, slot: number): number =>
  2 * (nodes * (slot & -WORLDS_A_LINE) + (slot & (WORLDS_A_LINE - 1)));

function addOnes(list: NodeList, begin: number, end: number, counts: Uint16Array, row: number): void {
  for (let i = begin; i < end; i++) counts[row + list[i]]++;
}

/**
 * Where the component's list begins: at the end of all lists, or, where it leads to the component whose list was written
 * last, with that one, which it then merely lengthens. Most do, for components are found depth first.
 */
function beginOf(
  c: number,
  { members, starts, begins, ends, targets, component }: LiveWorld,
  bounds: Int32Array,
  base: number,
  end: number,
): number {
  for (let i = starts[c]; i < starts[c + 1]; i++)
    for (let edge = begins[members[i]], last = ends[members[i]]; edge < last; edge++)
      if (component[targets[edge]] === c - 1) return bounds[base + 2 * WORLDS_A_LINE * targets[edge]];
  return end;
}

/** Lists of the components that `c` leads to are there already: they have smaller numbers. Gives the list's end. */
function writeList(
  c: number,
  { members, starts, begins, ends, targets, component }: LiveWorld,
  bounds: Int32Array,
  base: number,
  list: NodeList,
  begin: number,
  end: number,
  marks: Marks,
): number {
  const last = end > begin ? c - 1 : c;
  let mark = 0;
  for (let i = starts[c]; i < starts[c + 1]; i++) {
    const node = members[i];
    for (let edge = begins[node]; edge < ends[node]; edge++) {
      const to = targets[edge];
      if (component[to] >= last) continue;
      const at = base + 2 * WORLDS_A_LINE * to;
      const [from, stop] = [bounds[at], bounds[at + 1]];
      if (end === begin) {
        for (let k = from; k < stop; k++) list[end++] = list[k];
        continue;
      }
      if (mark === 0) {
        mark = marks.next();
        for (let k = begin; k < end; k++) marks.at[list[k]] = mark;
      }
      end = append(list, from, stop, list, end, marks.at, mark);
    }
  }
  for (let i = starts[c]; i < starts[c + 1]; i++) list[end++] = members[i];
  return end;
}

/** Appends what isn't marked, without a branch that can't be foretold. */
function append(
  from: NodeList,
  begin: number,
  stop: number,
  to: NodeList,
  end: number,
  marks: Uint8Array,
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

/** Which nodes were met: a number that grows takes the place of clearing, but for one time in 255. */
interface Marks {
  readonly at: Uint8Array;
  next(): number;
}

function createMarks(nodes: number): Marks {
  const at = new Uint8Array(nodes);
  let mark = 0;
  return {
    at,
    next: () => {
      if (++mark === 256) {
        at.fill(0);
        mark = 1;
      }
      return mark;
    },
  };
}
