import { AffinityError } from "../../engine/errors";
import type { Probe } from "../../engine/planner/preparation";
import type { Cluster, Snapshot } from "../../engine/snapshot";

/**
 * What a probe is, for its times to be compared with those of its like: the template's id, or the size of the small VM;
 * null where none is made.
 * @throws AffinityError PREPARATION_TEMPLATE_UNKNOWN
 */
export function probeKindOf(probe: Probe | false, snapshot: Snapshot, cluster: Cluster): string | null {
  if (probe === false) return null;
  const template = templateOf(probe, snapshot, cluster);
  return template ?? `small VM (${probe.vcpus} vCPU, ${probe.memoryMib} MiB)`;
}

/** Id of the VM or template that a probe is cloned from; null where it is made small. */
export function templateOf({ template }: Probe, snapshot: Snapshot, cluster: Cluster): string | null {
  if (template === undefined) return null;
  const { virtualMachines } = snapshot;
  const found =
    virtualMachines.find(({ id }) => id === template) ?? virtualMachines.find(({ name }) => name === template);
  if (found) return found.id;
  throw new AffinityError({
    code: "PREPARATION_TEMPLATE_UNKNOWN",
    message: `${snapshot.source.name} has no VM or template "${template}" to clone the shadow request of ${cluster.name} from`,
    hint: "give probe.template the name or id of one, or leave it out for a small VM",
  });
}
