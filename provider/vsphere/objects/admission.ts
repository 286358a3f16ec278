import type { AdmissionControl } from "../../../engine/snapshot";
import type { ManagedObject } from "../properties";
import { at, flag, kindOf, list, number, reference, type Tree } from "../values";
import { keepKnown, nameOf, type ReadContext } from "./context";

/** HA admission control, from ClusterDasConfigInfo. */
export function readAdmissionControl(context: ReadContext, object: ManagedObject, das: Tree): AdmissionControl {
  if (flag(das, "enabled") !== true || flag(das, "admissionControlEnabled") === false) return { policy: "none" };
  const policy = at(das, "admissionControlPolicy");
  const kind = kindOf(policy);
  if (kind === "ClusterFailoverResourcesAdmissionControlPolicy") {
    const cpuPercent = percent(policy, "cpuFailoverResourcesPercent");
    const memoryPercent = percent(policy, "memoryFailoverResourcesPercent");
    if (cpuPercent !== null && memoryPercent !== null) return { policy: "percentage", cpuPercent, memoryPercent };
  }
  if (kind === "ClusterFailoverHostAdmissionControlPolicy") {
    const hosts = list(policy, "failoverHosts").flatMap((item) => reference(item)?.id ?? []);
    return { policy: "dedicatedHosts", hosts: keepKnown(context, object, hosts, "host") };
  }
  // Before vSphere 4.0, and still kept: the number of host failures stands beside the policy.
  const hosts = number(policy, "failoverLevel") ?? number(das, "failoverLevel");
  if (hosts !== null) return hosts >= 1 ? { policy: "hostFailures", hosts: Math.trunc(hosts) } : { policy: "none" };
  // HA admits by some rule that can't be read: room for one host is what vCenter itself starts with.
  context.notes.add(
    "cluster",
    nameOf(object),
    `HA admission control ${kind ?? ""} can't be read; one host is kept free`,
  );
  return { policy: "hostFailures", hosts: 1 };
}

function percent(policy: Tree, name: string): number | null {
  const value = number(policy, name);
  return value !== null && value >= 0 && value <= 100 ? value : null;
}
