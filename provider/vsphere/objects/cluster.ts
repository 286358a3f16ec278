import type { Cluster, VirtualMachine } from "../../../engine/snapshot";
import type { ManagedObject } from "../properties";
import { at, flag, list, reference, text, type Tree } from "../values";
import { readAdmissionControl } from "./admission";
import { keepKnown, knownId, labelsOf, nameOf, type ReadContext } from "./context";
import { readRules } from "./rules";

export const CLUSTER_PATHS = ["name", "parent", "customValue", "resourcePool", "configurationEx", "summary"] as const;

const AUTOMATION = ["manual", "partiallyAutomated", "fullyAutomated"] as const;

export function readCluster(context: ReadContext, object: ManagedObject, datacenter: string | null): Cluster {
  const configuration = object.properties.configurationEx;
  if (configuration === undefined) {
    context.notes.add("cluster", nameOf(object), "its configuration can't be read: DRS rules and HA are not known");
  }
  const vmGroups = readGroups(context, object, "vm");
  const hostGroups = readGroups(context, object, "host");
  const automation = AUTOMATION.find((level) => level === text(configuration, "drsConfig", "defaultVmBehavior"));
  return {
    id: object.reference.id,
    name: nameOf(object),
    datacenter,
    // vCenter's own default where the cluster says nothing.
    drs: { enabled: flag(configuration, "drsConfig", "enabled") ?? false, automation: automation ?? "fullyAutomated" },
    ha: {
      enabled: flag(configuration, "dasConfig", "enabled") ?? false,
      admissionControl: readAdmissionControl(context, object, at(configuration, "dasConfig")),
    },
    evcMode: text(object.properties.summary, "currentEVCModeKey") || null,
    resourcePool: knownId(context, object, "resourcePool", "pool"),
    rules: readRules(context, object, vmGroups, hostGroups),
    vmGroups,
    hostGroups,
    ...labelsOf(context, object),
  };
}

function readGroups(context: ReadContext, object: ManagedObject, kind: "vm" | "host"): Cluster["vmGroups"] {
  return list(object.properties.configurationEx, "group").flatMap((group) => {
    const name = text(group, "name");
    // Told by type, and by content where a server leaves the type out.
    const type = at(group, "@kind");
    const isHosts = typeof type === "string" ? type.endsWith("ClusterHostGroup") : at(group, "host") !== undefined;
    if (!name || isHosts !== (kind === "host")) return [];
    const members = list(group, kind).flatMap((item) => reference(item)?.id ?? []);
    return [{ name, members: keepKnown(context, object, members, kind) }];
  });
}

const BEHAVIORS = ["manual", "partiallyAutomated", "fullyAutomated"] as const;

/** The DRS automation that single VMs are given in place of the cluster's, by VM id. */
export function readAutomation(clusters: readonly ManagedObject[]): Map<string, VirtualMachine["drsAutomation"]> {
  const found = new Map<string, VirtualMachine["drsAutomation"]>();
  for (const cluster of clusters) {
    for (const override of list(cluster.properties.configurationEx, "drsVmConfig")) {
      const vm = reference(override, "key");
      if (vm) found.set(vm.id, automationOf(override));
    }
  }
  return found;
}

function automationOf(override: Tree): VirtualMachine["drsAutomation"] {
  if (flag(override, "enabled") === false) return "disabled";
  return BEHAVIORS.find((level) => level === text(override, "behavior")) ?? "default";
}
