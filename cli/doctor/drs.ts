import { contradictions } from "../../engine/planner/stickiness/conflicts";
import type { Cluster, Rule, Snapshot } from "../../engine/snapshot";
import { few } from "../plan-table";
import type { Check } from "./check";

/** Who moves VMs in each cluster, and rules that no plan can keep. */
export const checkDrs = (snapshot: Snapshot): Check[] =>
  snapshot.clusters.flatMap((cluster) => [modeCheck(cluster, snapshot), rulesCheck(cluster, snapshot)]);

function modeCheck({ id, name: cluster, drs }: Cluster, { virtualMachines }: Snapshot): Check {
  const name = `DRS of ${cluster}`;
  const rules = "it keeps no rule: what Stickiness declares would stand there for nothing";
  if (!drs.enabled) return { name, status: "warning", detail: `off: ${rules}`, next: "turn it on, manual at least" };
  const own = virtualMachines.filter((vm) => vm.cluster === id && vm.drsAutomation !== "default");
  const except = own.length > 0 ? `; ${own.length} VMs have a mode of their own` : "";
  const detail = `${WORDS[drs.automation]}${except}`;
  if (drs.automation !== "fullyAutomated") return { name, status: "ok", detail };
  const next =
    "VMs with a planned host: partially automated, or manual for them alone; else ignore hostSystemId (docs/drs.md)";
  return { name, status: "warning", detail: `${detail}: it moves VMs away from where a plan has put them`, next };
}

const WORDS = {
  manual: "manual: it recommends, and the plan moves",
  partiallyAutomated: "partially automated: it chooses first hosts and recommends, and the plan moves",
  fullyAutomated: "fully automated",
} as const;

function rulesCheck(cluster: Cluster, snapshot: Snapshot): Check {
  const name = `rules of ${cluster.name}`;
  const enabled = cluster.rules.filter((rule) => rule.enabled);
  const found = [...enabled.flatMap((rule) => contradictionsOf(rule, cluster, snapshot)), ...sameNames(enabled)];
  const off = cluster.rules.length - enabled.length;
  const count = `${enabled.length} in force${off > 0 ? `, ${off} turned off` : ""}`;
  if (found.length === 0) return { name, status: "ok", detail: `${count}; none contradicts another` };
  return {
    name,
    status: "warning",
    detail: `${count}; ${few([...new Set(found)], 3, "; ")}`,
    next: "change or remove one of them: DRS keeps neither, and a plan breaks what isn't mandatory, or refuses",
    problems: found.map((message) => ({ path: cluster.name, message })),
  };
}

function contradictionsOf(rule: Rule, cluster: Cluster, snapshot: Snapshot): string[] {
  const says = (what: string) => `"${rule.name}": ${what}`;
  if (rule.kind === "vmAffinity" || rule.kind === "vmAntiAffinity") {
    const { name, virtualMachines, mandatory, key } = rule;
    const keep = rule.kind === "vmAffinity" ? "together" : "apart";
    return contradictions({ name, keep, virtualMachines, mandatory }, cluster, snapshot, key).map(says);
  }
  if (rule.kind === "vmDependency") return [];
  const group = cluster.hostGroups.find(({ name }) => name === rule.hostGroup);
  if (!group) return [says(`its host group "${rule.hostGroup}" is not there`)];
  if (rule.kind === "vmHostAntiAffinity") return [];
  const usable = snapshot.hosts.filter(
    ({ id, connection, maintenance }) => group.members.includes(id) && connection === "connected" && !maintenance,
  );
  return usable.length > 0 ? [] : [says(`no host of its group "${rule.hostGroup}" can take a VM now`)];
}

/** vCenter gives each rule a key of its own and refuses a name that is taken, but an old one may have two. */
function sameNames(rules: readonly Rule[]): string[] {
  const names = rules.map(({ name }) => name);
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))].map(
    (name) => `two rules are named "${name}"`,
  );
}
