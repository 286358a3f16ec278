import type { Cluster } from "../../snapshot/schema";
import type { Traffic } from "../relations";
import type { CommunicationEdge, CommunicationGraph, CommunicationNode, Flow } from "./schema";

/** An edge whose traffic has decayed below this, in KB/s, is forgotten unless it was declared. */
const FORGOTTEN_KBPS = 0.01;

/** A declared dependency: `from` needs `to`. */
export interface Dependency {
  readonly from: string;
  readonly to: string;
}

/** What has been seen since the graph's last update. */
export interface GraphUpdate {
  /** Epoch seconds, of the end of the interval that the flows cover: every 5 to 15 minutes. */
  readonly asOf: number;
  /** The VMs that there are; others leave the graph, with their edges. */
  readonly nodes: readonly CommunicationNode[];
  readonly flows: readonly Flow[];
  /** All that hold now: one that was declared before and isn't here keeps only its traffic. */
  readonly declared: readonly Dependency[];
}

export function emptyGraph(halfLifeSeconds = 3600): CommunicationGraph {
  return { updatedAt: 0, halfLifeSeconds, nodes: [], edges: [] };
}

/**
 * The graph after an interval. Every weight is an exponentially weighted mean of traffic: with d = 2^(-elapsed / half
 * life), weight' = d weight + (1 - d) observed, so a short spike hardly counts and silence fades. The first update takes
 * the traffic as it is. An update that is older than the graph leaves the weights alone: it can't be told how much of it
 * is in there already. Flows to VMs outside `nodes`, and of a VM with itself, are passed over.
 */
export function updateGraph(graph: CommunicationGraph, update: GraphUpdate): CommunicationGraph {
  const elapsed = update.asOf - graph.updatedAt;
  const first = graph.edges.length === 0 && graph.updatedAt === 0;
  const decay = first ? 0 : 2 ** (-Math.max(0, elapsed) / graph.halfLifeSeconds);
  const known = new Set(update.nodes.map((node) => node.id));
  const edges = new Map<string, CommunicationEdge>();
  const touch = (from: string, to: string, change: (edge: CommunicationEdge) => CommunicationEdge) => {
    if (from === to || !known.has(from) || !known.has(to)) return;
    const key = JSON.stringify([from, to]);
    edges.set(key, change(edges.get(key) ?? { from, to, weight: 0, declared: false }));
  };
  for (const { from, to, weight } of graph.edges)
    touch(from, to, (edge) => ({ ...edge, weight: edge.weight + decay * weight }));
  for (const { from, to, kilobytes, seconds } of update.flows)
    touch(from, to, (edge) => ({ ...edge, weight: edge.weight + ((1 - decay) * kilobytes) / seconds }));
  for (const { from, to } of update.declared) touch(from, to, (edge) => ({ ...edge, declared: true }));
  return {
    updatedAt: Math.max(graph.updatedAt, update.asOf),
    halfLifeSeconds: graph.halfLifeSeconds,
    nodes: [...update.nodes],
    edges: [...edges.values()].filter((edge) => edge.declared || edge.weight >= FORGOTTEN_KBPS),
  };
}

/** The dependencies that the cluster's own rules declare: every member of the one group on every one of the other. */
export function dependenciesOfRules(cluster: Cluster): Dependency[] {
  const members = new Map(cluster.vmGroups.map((group) => [group.name, group.members]));
  return cluster.rules.flatMap((rule) => {
    if (rule.kind !== "vmDependency" || !rule.enabled) return [];
    const servers = members.get(rule.dependsOnVmGroup) ?? [];
    return (members.get(rule.vmGroup) ?? []).flatMap((from) => servers.map((to) => ({ from, to })));
  });
}

/** The graph's traffic as the planner reads it; `ids` are the VMs in the assessment's order. Null without traffic. */
export function trafficOf(graph: CommunicationGraph, ids: readonly string[]): Traffic | null {
  const rows = new Map(ids.map((id, row) => [id, row]));
  const pairs = new Map<number, number>();
  for (const { from, to, weight } of graph.edges) {
    const [a, b] = [rows.get(from), rows.get(to)];
    if (a === undefined || b === undefined || weight === 0) continue;
    const key = Math.min(a, b) * ids.length + Math.max(a, b);
    pairs.set(key, (pairs.get(key) ?? 0) + weight);
  }
  if (pairs.size === 0) return null;
  const keys = [...pairs.keys()].sort((a, b) => a - b);
  return {
    from: Int32Array.from(keys, (key) => Math.floor(key / ids.length)),
    to: Int32Array.from(keys, (key) => key % ids.length),
    kilobytesPerSecond: Float64Array.from(keys, (key) => pairs.get(key) ?? 0),
  };
}
