/** A flow network over nodes from 0, its capacities whole numbers or Infinity. */
export class FlowNetwork {
  private readonly edges: number[][];
  private readonly to: number[] = [];
  private readonly left: number[] = [];

  constructor(nodes: number) {
    this.edges = Array.from({ length: nodes }, () => []);
  }

  add(from: number, to: number, capacity: number): void {
    // An edge and its way back are neighbours.
    this.edges[from].push(this.to.push(to) - 1);
    this.left.push(capacity);
    this.edges[to].push(this.to.push(from) - 1);
    this.left.push(0);
  }

  /** The largest flow (Dinic, "Algorithm for solution of a problem of maximum flow in a network", 1970). */
  maximum(source: number, sink: number): number {
    let flow = 0;
    for (;;) {
      const level = this.levels(source);
      if (level[sink] < 0) return flow;
      const next = new Int32Array(this.edges.length);
      for (let more = this.push(source, sink, Infinity, level, next); more > 0;) {
        flow += more;
        more = this.push(source, sink, Infinity, level, next);
      }
    }
  }

  /** After `maximum`: [node] at least 0 where the source still reaches, which is the one side of a smallest cut. */
  levels(source: number): Int32Array {
    const level = new Int32Array(this.edges.length).fill(-1);
    level[source] = 0;
    const queue = [source];
    for (const node of queue) {
      for (const edge of this.edges[node]) {
        const to = this.to[edge];
        if (this.left[edge] <= 0 || level[to] >= 0) continue;
        level[to] = level[node] + 1;
        queue.push(to);
      }
    }
    return level;
  }

  private push(node: number, sink: number, most: number, level: Int32Array, next: Int32Array): number {
    if (node === sink) return most;
    for (; next[node] < this.edges[node].length; next[node]++) {
      const edge = this.edges[node][next[node]];
      const to = this.to[edge];
      if (this.left[edge] <= 0 || level[to] !== level[node] + 1) continue;
      const pushed = this.push(to, sink, Math.min(most, this.left[edge]), level, next);
      if (pushed === 0) continue;
      this.left[edge] -= pushed;
      this.left[edge ^ 1] += pushed;
      return pushed;
    }
    return 0;
  }
}
