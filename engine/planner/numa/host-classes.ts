import type { NumaCluster, VmType } from "./cluster";
import { type NodeChanges, nodeChanges } from "./node-changes";

/** VMs of one type on a node beyond this are as good as this many: no change gives more of them. */
const MOST_VMS = 4;
/** Changes of one node that are looked at. */
const MOST_CHANGES = 2_500;

/** One change of the VMs that spread over several nodes of a host, and what each node can then do beside it. */
export interface Spread {
  /** Types and amounts that come (negative: go), with the nodes of each. */
  readonly parts: readonly { readonly type: number; readonly amount: 1 | -1; readonly nodes: readonly number[] }[];
  readonly moves: number;
  readonly nodes: readonly NodeChanges[];
  /** Whether what spreads and comes fits before anything has left. */
  readonly direct: boolean;
}

/** Hosts whose nodes have the same free and the same VMs: they can do the same. */
export interface HostClass {
  readonly hosts: readonly number[];
  /** Whole pieces free as things stand. */
  readonly pieces: number;
  readonly spreads: readonly Spread[];
}

export interface Classes {
  readonly types: readonly VmType[];
  /** [VM] its type; -1 where it stays. */
  readonly typeOf: Int32Array;
  readonly list: readonly HostClass[];
  /** Distinct nodes, over all classes and spreads. */
  readonly nodes: readonly NodeChanges[];
}

/** Sorts the open hosts into classes and lists what each class can give and take. */
export function classify(cluster: NumaCluster, piece: number): Classes {
  const { types, typeOf } = typesOf(cluster, piece);
  const singles = types.flatMap(({ span }, t) => (span === 1 ? [t] : []));
  const spanning = types.flatMap(({ span }, t) => (span > 1 ? [t] : []));
  const vmsOn: number[][] = cluster.hosts.map(() => []);
  cluster.vms.forEach(({ host }, v) => {
    if (typeOf[v] >= 0) vmsOn[host].push(v);
  });
  const known = new Map<string, NodeChanges>();
  const changesOf = (cpu: number, memory: number, node: NodeSituation): NodeChanges => {
    const key = `${cpu}|${memory}|${node.cpu}|${node.memory}|${node.counts.join(",")}`;
    let changes = known.get(key);
    if (!changes) {
      const state = {
        freeCpu: cpu,
        freeMemoryMb: memory,
        cpuAtHand: node.cpu,
        memoryAtHand: node.memory,
        counts: node.counts,
      };
      changes = nodeChanges(known.size, state, types, singles, piece, MOST_VMS, MOST_CHANGES);
      known.set(key, changes);
    }
    return changes;
  };

  const classes = new Map<string, { hosts: number[]; nodes: NodeSituation[]; spread: number[][] }>();
  cluster.hosts.forEach((host, h) => {
    if (!host.open) return;
    const nodes = host.nodes.map(({ freeCpu, freeMemoryMb }, q) => ({
      cpu: freeCpu,
      memory: freeMemoryMb,
      counts: singles.map((t) =>
        Math.min(MOST_VMS, vmsOn[h].filter((v) => typeOf[v] === t && cluster.vms[v].nodes[0] === q).length),
      ),
    }));
    const spread = spreadVms(cluster, vmsOn[h], typeOf);
    const key = JSON.stringify([nodes, spread]);
    const same = classes.get(key);
    if (same) same.hosts.push(h);
    else classes.set(key, { hosts: [h], nodes, spread });
  });
  const list = [...classes.values()].map(({ hosts, nodes, spread }): HostClass => ({
    hosts,
    pieces: nodes.reduce((sum, node) => sum + Math.floor(node.cpu / piece), 0),
    spreads: spreadsOf(nodes, spread, types, spanning, changesOf),
  }));
  return { types, typeOf, list, nodes: [...known.values()] };
}

/** [type, ...nodes] of the VMs that spread over nodes, sorted, two at most of those that are alike. */
function spreadVms(cluster: NumaCluster, vms: readonly number[], typeOf: Int32Array): number[][] {
  const seen = new Map<string, number>();
  return vms
    .map((v) => [typeOf[v], ...cluster.vms[v].nodes])
    .filter((item) => {
      const count = seen.get(item.join()) ?? 0;
      seen.set(item.join(), count + 1);
      return item.length > 2 && count < 2;
    })
    .sort((a, b) => a[0] - b[0] || (a.join() < b.join() ? -1 : 1));
}

interface NodeSituation {
  readonly cpu: number;
  readonly memory: number;
  readonly counts: readonly number[];
}

/** Up to two spread VMs that go, up to two that come, three in all, and none that goes for one of its own type. */
function spreadsOf(
  nodes: readonly NodeSituation[],
  present: readonly (readonly number[])[],
  types: readonly VmType[],
  spanning: readonly number[],
  changesOf: (cpu: number, memory: number, node: NodeSituation) => NodeChanges,
): Spread[] {
  const leaving = present.map(([type, ...on]) => ({ type, amount: -1 as const, nodes: on }));
  const coming = spanning.flatMap((type) =>
    subsets(nodes.length, types[type].span).map((on) => ({ type, amount: 1 as const, nodes: on })),
  );
  const goes = [[], ...leaving.map((part) => [part]), ...pairs(leaving, false)];
  const comes = [[], ...coming.map((part) => [part]), ...pairs(coming, true)];
  const choices = goes.flatMap((out) =>
    comes.flatMap((into): Spread["parts"][] =>
      out.length + into.length > 3 || into.some(({ type }) => out.some((part) => part.type === type))
        ? []
        : [[...out, ...into]],
    ),
  );
  return choices.flatMap((parts): Spread[] => {
    const cpu = nodes.map((node) => node.cpu);
    const memory = nodes.map((node) => node.memory);
    const cpuTaken = nodes.map(() => 0);
    const memoryTaken = nodes.map(() => 0);
    for (const { type, amount, nodes: on } of parts) {
      for (const q of on) {
        cpu[q] -= amount * types[type].cpu;
        memory[q] -= amount * types[type].memoryMb;
        if (amount > 0) {
          cpuTaken[q] += types[type].cpu;
          memoryTaken[q] += types[type].memoryMb;
        }
      }
    }
    const changes = nodes.map((node, q) =>
      changesOf(cpu[q], memory[q], { ...node, cpu: node.cpu - cpuTaken[q], memory: node.memory - memoryTaken[q] }),
    );
    if (changes.some(({ count }) => count === 0)) return [];
    return [
      {
        parts,
        moves: parts.filter(({ amount }) => amount < 0).length,
        nodes: changes,
        direct: nodes.every((node, q) => cpuTaken[q] <= node.cpu && memoryTaken[q] <= node.memory),
      },
    ];
  });
}

/** All pairs of a list, an item with itself only where that is asked for; each once. */
function pairs<T>(list: readonly T[], twice: boolean): T[][] {
  const all = new Map<string, T[]>();
  list.forEach((a, i) => {
    for (const b of list.slice(twice ? i : i + 1)) all.set(JSON.stringify([a, b]), [a, b]);
  });
  return [...all.values()];
}

/** All ways to choose `size` of the nodes 0 .. count-1, each ascending. */
function subsets(count: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  const all: number[][] = [];
  for (let first = from; first <= count - size; first++) {
    for (const rest of subsets(count, size - 1, first + 1)) all.push([first, ...rest]);
  }
  return all;
}

/**
 * The types of the VMs that may go, and [VM] its type; -1 where it stays: on a host that isn't open, not movable, or of
 * whole pieces, which leave the same remainder wherever they are.
 */
function typesOf({ vms, hosts }: NumaCluster, piece: number): { types: VmType[]; typeOf: Int32Array } {
  const types: VmType[] = [];
  const index = new Map<string, number>();
  const typeOf = Int32Array.from(vms, ({ host, nodes, cpu, memoryMb, movable }) => {
    if (!movable || !hosts[host].open || cpu % piece === 0) return -1;
    const key = `${nodes.length}|${cpu}|${memoryMb}`;
    if (!index.has(key)) index.set(key, types.push({ span: nodes.length, cpu, memoryMb }) - 1);
    return index.get(key)!;
  });
  return { types, typeOf };
}
