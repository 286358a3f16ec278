import { z } from "zod";
import { validate } from "../../engine/validate";
import type { NumaCluster, NumaVm } from "../../engine/planner/numa";
import { readMaybePacked } from "../support/data";

const amount = z.number().nonnegative();
const mappingSchema = z.object({
  cluster_list: z.array(
    z.object({
      host_info: z.array(
        z.object({
          node_id: z.string(),
          status: z.string(),
          numa: z.array(z.object({ node: z.number().int(), free_cpu: amount, memory_huge_free_mb: amount })).min(1),
        }),
      ),
      vm_instance: z.array(
        z.object({
          instance_id: z.string(),
          host_id: z.string(),
          allow_migration: z.boolean(),
          numa: z.array(z.object({ node: z.number().int(), cpu: amount, mem_mb: amount })).min(1),
        }),
      ),
    }),
  ),
});

/**
 * A mapping of VMs to hosts in VMR2L's form (plain, gzip or xz). All its clusters are one pool, as in its authors' and
 * our exact model; a host that is not ACTIVE is left as it is, and so is a VM whose shares differ from node to node.
 * Deployment sets are part of neither model and not read.
 */
export async function readMapping(path: string): Promise<NumaCluster> {
  const raw: unknown = JSON.parse((await readMaybePacked(path)).toString("utf8"));
  const { cluster_list: clusters } = validate(mappingSchema, raw, { code: "INVENTORY_INVALID", subject: path });
  const hostInfo = clusters.flatMap((cluster) => cluster.host_info);
  const index = new Map(hostInfo.map(({ node_id: id }, h) => [id, h]));
  const nodeIndex = hostInfo.map(({ numa }) => new Map(numa.map(({ node }, q) => [node, q])));
  const hosts = hostInfo.map(({ node_id: id, status, numa }) => ({
    id,
    open: status === "ACTIVE",
    nodes: numa.map((node) => ({ freeCpu: node.free_cpu, freeMemoryMb: node.memory_huge_free_mb })),
  }));
  const vms = clusters.flatMap((cluster) =>
    cluster.vm_instance.map((vm): NumaVm => {
      const host = index.get(vm.host_id);
      const nodes = vm.numa.map(({ node }) => (host === undefined ? undefined : nodeIndex[host].get(node)));
      if (host === undefined || nodes.includes(undefined)) {
        throw new RangeError(`${path}: ${vm.instance_id} is on a host or NUMA node that is not listed`);
      }
      const [{ cpu, mem_mb: memoryMb }] = vm.numa;
      const even = vm.numa.every((part) => part.cpu === cpu && part.mem_mb === memoryMb);
      return {
        id: vm.instance_id,
        host,
        nodes: (nodes as number[]).sort((a, b) => a - b),
        cpu,
        memoryMb,
        movable: vm.allow_migration && even,
      };
    }),
  );
  return { hosts, vms };
}
