import { readMaybePacked } from "../support/data";

interface RawNode {
  node: number;
  free_cpu: number;
  memory_huge_free_mb: number;
}
interface RawMapping {
  cluster_list: {
    host_info: { node_id: string; status: string; numa: RawNode[] }[];
    vm_instance: {
      instance_id: string;
      host_id: string;
      allow_migration: boolean;
      numa: { node: number; cpu: number; mem_mb: number }[];
    }[];
  }[];
}

/** A move as it is written to the result's file. */
export interface NamedMove {
  readonly vm: string;
  readonly from: string;
  readonly to: string;
  readonly nodes: readonly number[];
}

/**
 * Carries the moves out on the file as it is, one after the other, without a line of the solver's code: what is left in
 * fragments over all free CPU, and every rule that a move breaks.
 */
export async function judge(
  path: string,
  moves: readonly NamedMove[],
  limit: number,
  piece: number,
): Promise<{ initial: number; fragmentRate: number; violations: string[] }> {
  const mapping = JSON.parse((await readMaybePacked(path)).toString("utf8")) as RawMapping;
  const hosts = new Map(mapping.cluster_list.flatMap((c) => c.host_info).map((host) => [host.node_id, host]));
  const vms = new Map(mapping.cluster_list.flatMap((c) => c.vm_instance).map((vm) => [vm.instance_id, vm]));
  const rate = (): number => {
    const nodes = [...hosts.values()].flatMap((host) => host.numa);
    const free = nodes.reduce((sum, node) => sum + node.free_cpu, 0);
    return free > 0 ? nodes.reduce((sum, node) => sum + (node.free_cpu % piece), 0) / free : 0;
  };
  const initial = rate();
  const violations: string[] = [];
  if (moves.length > limit) violations.push(`${moves.length} moves, ${limit} allowed`);
  moves.forEach(({ vm: id, from, to, nodes }, i) => {
    const say = (what: string) => violations.push(`move ${i + 1} (${id} from ${from} to ${to}): ${what}`);
    const vm = vms.get(id);
    const [source, target] = [hosts.get(from), hosts.get(to)];
    if (!vm || !source || !target) return say("unknown VM or host");
    if (!vm.allow_migration) say("the VM may not be moved");
    if (vm.host_id !== from) say(`the VM is on ${vm.host_id}`);
    for (const host of [source, target]) if (host.status !== "ACTIVE") say(`${host.node_id} is ${host.status}`);
    if (nodes.length !== vm.numa.length) return say(`${nodes.length} nodes for a VM on ${vm.numa.length}`);
    if (new Set(nodes).size !== nodes.length) say("two shares on one node");
    const at = nodes.map((node) => target.numa.find((item) => item.node === node));
    vm.numa.forEach((share, j) => {
      const node = at[j];
      if (!node) return say(`${to} has no NUMA node ${nodes[j]}`);
      if (node.free_cpu < share.cpu) say(`node ${node.node} has ${node.free_cpu} cores free, ${share.cpu} needed`);
      if (node.memory_huge_free_mb < share.mem_mb) say(`node ${node.node} has too little memory`);
    });
    if (at.includes(undefined)) return;
    for (const share of vm.numa) {
      const node = source.numa.find((item) => item.node === share.node)!;
      node.free_cpu += share.cpu;
      node.memory_huge_free_mb += share.mem_mb;
    }
    vm.numa.forEach((share, j) => {
      at[j]!.free_cpu -= share.cpu;
      at[j]!.memory_huge_free_mb -= share.mem_mb;
      share.node = at[j]!.node;
    });
    vm.host_id = to;
  });
  return { initial, fragmentRate: rate(), violations };
}
