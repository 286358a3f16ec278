import type { Assessment } from "../models/assessment";
import { findCluster, type Snapshot } from "../snapshot";
import { compileConstraints } from "./constraints";
import { compileModel } from "./problem/compile";
import type { PlanRequest } from "./request";

/** An assessment without any forecast: enough for what depends on no demand. */
const NOTHING: Assessment = {
  horizon: { start: 0, step: 3600, length: 1 },
  virtualMachines: {
    ids: [],
    cpuMhz: { mean: new Float64Array(0), variance: new Float64Array(0) },
    memoryMb: { mean: new Float64Array(0), variance: new Float64Array(0) },
    basis: [],
    coverage: new Float64Array(0),
  },
  hosts: { ids: [], failureProbability: new Float64Array(0), evidence: [] },
  lacking: [],
};

/**
 * For every group of the request, how many of its fault domains (hosts, or tags of a category) have a host that no
 * hard constraint on single pairs (state, tags, reachability, ...) refuses to some member. A group that must be apart
 * can't be larger.
 * @throws AffinityError CLUSTER_NOT_FOUND, or REQUEST_INVALID with all unknown names.
 */
export function candidateHosts(request: PlanRequest, snapshot: Snapshot): Record<string, number> {
  const model = compileModel(request, snapshot, findCluster(snapshot, request.cluster), NOTHING);
  const masks = compileConstraints(model).flatMap(({ hard, form }) => (hard && form.denied ? [form.denied] : []));
  const refused = (v: number, h: number): boolean => masks.some((denied) => denied[v * model.hosts.length + h] === 1);
  return Object.fromEntries(
    request.groups.map((group) => {
      const domains = new Set<string>();
      model.vms.forEach((vm, v) => {
        if (!group.members.includes(vm.name)) return;
        model.hosts.forEach((host, h) => {
          if (v < model.movable ? refused(v, h) : vm.current !== h) return;
          const { over } = group;
          if (over === "host") domains.add(host.id);
          else for (const tag of host.tags) if (tag.category === over.tagCategory) domains.add(tag.name);
        });
      });
      return [group.name, domains.size];
    }),
  );
}
