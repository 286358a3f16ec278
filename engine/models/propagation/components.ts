import type { LiveEdges } from "./draw-edges";

/** Strongly connected components of one world: nodes that fail together, whichever of them fails first. */
export interface Components {
  /** [node] component; an edge between two components leads from the greater number to the smaller. */
  readonly component: Int32Array;
  /** Nodes by component: [starts[c], starts[c + 1]) of them are component c's. */
  readonly members: Int32Array;
  readonly starts: Int32Array;
  /** Finds them anew in what `edges` holds now; how many there are. */
  find(): number;
}

export function createComponents(nodes: number, edges: LiveEdges): Components {
  const component = new Int32Array(nodes);
  const members = new Int32Array(nodes);
  const starts = new Int32Array(nodes + 1);
  return { component, members, starts, find: componentFinder(nodes, edges, component, members, starts) };
}

/**
 * Tarjan's algorithm (SIAM J. Comput. 1:146, 1972) without recursion, in Pearce's form: a component is numbered after
 * all that it leads to.
 */
function componentFinder(
  nodes: number,
  { offsets, targets }: LiveEdges,
  component: Int32Array,
  members: Int32Array,
  starts: Int32Array,
): () => number {
  const order = new Int32Array(nodes);
  const low = new Int32Array(nodes);
  const edge = new Int32Array(nodes);
  const path = new Int32Array(nodes);
  const open = new Int32Array(nodes);
  return () => {
    order.fill(0);
    component.fill(-1);
    let visited = 0;
    let count = 0;
    let placed = 0;
    let opened = 0;
    for (let root = 0; root < nodes; root++) {
      if (order[root] !== 0) continue;
      let depth = 0;
      path[0] = root;
      open[opened++] = root;
      order[root] = low[root] = ++visited;
      edge[root] = offsets[root];
      while (depth >= 0) {
        const node = path[depth];
        if (edge[node] < offsets[node + 1]) {
          const to = targets[edge[node]++];
          if (order[to] === 0) {
            path[++depth] = to;
            open[opened++] = to;
            order[to] = low[to] = ++visited;
            edge[to] = offsets[to];
          } else if (component[to] < 0 && order[to] < low[node]) low[node] = order[to];
          continue;
        }
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
        if (--depth >= 0 && low[node] < low[path[depth]]) low[path[depth]] = low[node];
      }
    }
    starts[count] = placed;
    return count;
  };
}
