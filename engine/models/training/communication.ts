import type { Snapshot, VirtualMachine } from "../../snapshot";
import {
  type CommunicationNode,
  type PropagationFile,
  dependenciesOfRules,
  fitPropagation,
  propagationFileSchema,
  updatePropagation,
} from "../propagation";
import type { ModelStore } from "../store";
import type { FlowRecord } from "./flows";

/** Name of the model of who talks to whom; there is no baseline for it. */
export const COMMUNICATION = "propagation";
/** Tags of VMs of these categories say what they are to the application. */
const TIER = "tier";
const CRITICALITY = "criticality";
/** The middle leaves the odds of a failure's spread as they are. */
const CRITICALITIES: Readonly<Record<string, number>> = { low: 0, normal: 0.5, high: 0.75, critical: 1 };

/**
 * Brings the graph of who talks to whom up to date, or begins it: flows that are newer than it, interval by interval; the
 * dependencies that the clusters' rules declare now; and the VMs that there are. Later intervals fade older ones; where
 * no flows have come since, nothing fades, for a late export is no silence.
 * @param flows by the end of their interval, oldest first; what ends after `asOf` waits
 * @param asOf epoch seconds
 * @returns null where nobody said who talks to whom, and no file was there
 */
export async function updateCommunication(
  store: ModelStore,
  snapshot: Snapshot,
  flows: readonly FlowRecord[],
  asOf: number,
): Promise<PropagationFile | null> {
  const { file: known } = await store.load(COMMUNICATION, propagationFileSchema);
  const nodes = nodesOf(snapshot);
  const declared = snapshot.clusters.flatMap(dependenciesOfRules);
  const since = known?.graph.updatedAt ?? 0;
  const news = flows.filter(({ at }) => at > since && at <= asOf);
  if (known === null && declared.length === 0 && news.length === 0) return null;
  const standing = { asOf: since, nodes, flows: [], declared };
  let file = known === null ? fitPropagation(standing) : updatePropagation(known, standing);
  for (let first = 0; first < news.length;) {
    const { at } = news[first];
    let end = first;
    while (end < news.length && news[end].at === at) end++;
    file = updatePropagation(file, { asOf: at, nodes, flows: news.slice(first, end), declared });
    first = end;
  }
  file = { ...file, trainedUntil: asOf };
  await store.save(COMMUNICATION, file);
  return file;
}

function nodesOf(snapshot: Snapshot): CommunicationNode[] {
  const hosts = new Map(snapshot.hosts.map((host) => [host.id, host]));
  return snapshot.virtualMachines
    .filter(({ template }) => !template)
    .map((vm) => {
      const host = vm.host === null ? undefined : hosts.get(vm.host);
      const core = host?.cpuMhz && host.cores ? host.cpuMhz / host.cores : null;
      return {
        id: vm.id,
        tier: tagOf(vm, TIER),
        criticality: CRITICALITIES[tagOf(vm, CRITICALITY) ?? ""] ?? null,
        allocation: {
          cpuMhz: core === null || vm.vcpus === null ? null : core * vm.vcpus,
          memoryMb: vm.memoryMb,
          storageMb: vm.disks?.reduce((sum, { capacityMb }) => sum + capacityMb, 0) ?? null,
        },
      };
    });
}

/** The VM's one tag of a category, in lower case; null where it has none or several, which say nothing certain. */
function tagOf(vm: VirtualMachine, category: string): string | null {
  const found = vm.tags.filter((tag) => tag.category.toLowerCase() === category);
  return found.length === 1 ? found[0].name.toLowerCase() : null;
}
