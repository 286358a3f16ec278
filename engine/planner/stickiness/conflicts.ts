import type { Cluster, Snapshot } from "../../snapshot";

/** A rule among VMs as it would be added to a cluster. */
export interface RuleDraft {
  readonly name: string;
  readonly keep: "apart" | "together";
  /** Ids of the VMs. */
  readonly virtualMachines: readonly string[];
  readonly mandatory: boolean;
}

/**
 * What in the cluster a rule would fight with, in words; empty if nothing. vCenter takes most of these without a word,
 * and then DRS can satisfy neither.
 * @param own key of the rule of this name that is ours already; null if there is none
 */
export function ruleConflicts(draft: RuleDraft, cluster: Cluster, snapshot: Snapshot, own: number | null): string[] {
  const taken = cluster.rules.some((rule) => rule.name === draft.name && rule.key !== own);
  return [
    ...(taken ? [`the cluster has a rule named "${draft.name}" already`] : []),
    ...contradictions(draft, cluster, snapshot, own),
  ];
}

/** The same but for the name: what no taking over of a rule would settle. */
export function contradictions(draft: RuleDraft, cluster: Cluster, snapshot: Snapshot, own: number | null): string[] {
  const conflicts: string[] = [];
  const nameOf = new Map(snapshot.virtualMachines.map((vm) => [vm.id, vm.name]));
  const names = (ids: readonly string[]) => ids.map((id) => nameOf.get(id) ?? id).join(", ");
  const members = new Set(draft.virtualMachines);
  for (const rule of cluster.rules) {
    if (rule.key === own || rule.name === draft.name) continue;
    if (!rule.enabled || (rule.kind !== "vmAffinity" && rule.kind !== "vmAntiAffinity")) continue;
    const shared = rule.virtualMachines.filter((id) => members.has(id));
    const opposite = draft.keep === "apart" ? "vmAffinity" : "vmAntiAffinity";
    if (shared.length >= 2 && rule.kind === opposite) {
      conflicts.push(`the rule "${rule.name}" keeps ${names(shared)} ${draft.keep === "apart" ? "together" : "apart"}`);
    }
  }
  const usable = snapshot.hosts.filter(
    (host) => host.cluster === cluster.id && host.connection === "connected" && !host.maintenance && !host.quarantine,
  );
  if (draft.keep === "apart" && members.size > usable.length) {
    conflicts.push(`${members.size} VMs are to be apart, and the cluster has ${usable.length} usable hosts`);
  }
  conflicts.push(...hostGroupConflicts(draft, cluster, usable, names));
  return conflicts;
}

/** Mandatory VM-host rules that leave the members too few hosts to be apart, or none in common to be together. */
function hostGroupConflicts(
  draft: RuleDraft,
  cluster: Cluster,
  usable: readonly { id: string }[],
  names: (ids: readonly string[]) => string,
): string[] {
  const groups = (list: Cluster["hostGroups"]) => new Map(list.map((group) => [group.name, new Set(group.members)]));
  const [vmGroups, hostGroups] = [groups(cluster.vmGroups), groups(cluster.hostGroups)];
  const allowed = (vm: string): Set<string> => {
    let hosts = usable.map(({ id }) => id);
    for (const rule of cluster.rules) {
      if (!rule.enabled || !rule.mandatory) continue;
      if (rule.kind !== "vmHostAffinity" && rule.kind !== "vmHostAntiAffinity") continue;
      if (!vmGroups.get(rule.vmGroup)?.has(vm)) continue;
      const group = hostGroups.get(rule.hostGroup) ?? new Set<string>();
      hosts = hosts.filter((host) => group.has(host) === (rule.kind === "vmHostAffinity"));
    }
    return new Set(hosts);
  };
  const each = draft.virtualMachines.map(allowed);
  if (draft.keep === "together") {
    const common = [...(each[0] ?? [])].filter((host) => each.every((hosts) => hosts.has(host)));
    return common.length > 0 || usable.length === 0
      ? []
      : [`mandatory host rules leave ${names(draft.virtualMachines)} no host in common`];
  }
  const union = new Set(each.flatMap((hosts) => [...hosts]));
  return union.size >= draft.virtualMachines.length || draft.virtualMachines.length > usable.length
    ? []
    : [`mandatory host rules leave ${names(draft.virtualMachines)} only ${union.size} hosts between them`];
}
