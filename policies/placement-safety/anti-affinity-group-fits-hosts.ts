import type { PolicyResource } from "@pulumi/policy";
import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, type PlacementPlan, readPlacement } from "../placement";
import { UNKNOWN } from "../unknown";
import { ANTI_AFFINITY_RULE, type AntiAffinityRule, managedHosts, readAntiAffinityRule } from "../vsphere";

const config = z.strictObject({
  spareHosts: z
    .number()
    .min(0)
    .default(0)
    .describe("Hosts that may be away, for maintenance or a failure, while every member still gets a host of its own"),
  includePreferred: z.boolean().default(false).describe("Check groups and rules that are not mandatory as well"),
});

/** A pigeonhole check: n machines that must stay apart need n hosts. */
export const antiAffinityGroupFitsHosts = definePolicy({
  name: "anti-affinity-group-fits-hosts",
  displayName: "Anti-affinity groups fit their hosts",
  description: "A mandatory anti-affinity group or rule must not have more members than hosts that could hold them.",
  group: "placement-safety",
  enforcementLevel: "mandatory",
  severity: "high",
  rationale:
    "vCenter accepts a rule that can't be kept, and then refuses to power on, to migrate or to enter maintenance " +
    "mode; with no host to spare, so does the first maintenance.",
  remediation: "add hosts, take members out of the group, or make it a preference (mandatory: false).",
  url: "https://www.pulumi.com/registry/packages/vsphere/api-docs/computeclustervmantiaffinityrule/",
  config,
  appliesTo: [PLACEMENT, ANTI_AFFINITY_RULE],
  inputsOf: [ANTI_AFFINITY_RULE],
  checkResource(resource, { config, report, notApplicable }) {
    // Rules are weighed with the whole stack: their cluster is another resource.
    if (resource.type !== PLACEMENT) return;
    const { groups, plan } = readPlacement(resource);
    if (groups === UNKNOWN || plan === UNKNOWN)
      return notApplicable("this preview doesn't know the groups or the plan");
    for (const group of groups) {
      if (group === UNKNOWN || group.kind !== "apart" || !(group.mandatory || config.includePreferred)) continue;
      const hosts = plan?.candidateHosts[group.name];
      if (hosts === undefined || fits(group.members.length, hosts, config.spareHosts)) continue;
      report(tooLarge(`Group ${group.name}`, group.members.length, hosts, config.spareHosts));
    }
  },
  checkStack(resources, { config, report, inputs }) {
    for (const resource of resources) {
      if (resource.type !== ANTI_AFFINITY_RULE) continue;
      const rule = readAntiAffinityRule(resource, inputs(resource.urn));
      if (rule.size === UNKNOWN || rule.enabled !== true) continue;
      if (!(rule.mandatory === true || config.includePreferred)) continue;
      const hosts = hostsOf(rule, resources);
      if (hosts === undefined || fits(rule.size, hosts, config.spareHosts)) continue;
      report(tooLarge(`Rule ${rule.name}`, rule.size, hosts, config.spareHosts), rule.urn);
    }
  },
});

const fits = (members: number, hosts: number, spare: number) => members <= hosts - spare;

function tooLarge(subject: string, members: number, hosts: number, spare: number): string {
  const kept = spare > 0 ? `, of which ${spare} must be to spare (spareHosts)` : "";
  return `${subject} keeps ${members} virtual machines apart; ${hosts} hosts could hold them${kept}.`;
}

/** Hosts of the rule's cluster: from the newest plan for it, which has seen the inventory, else from the program. */
function hostsOf(rule: AntiAffinityRule, resources: readonly PolicyResource[]): number | undefined {
  const plans = resources
    .filter((resource) => resource.type === PLACEMENT)
    .map((resource) => readPlacement(resource).plan)
    .filter((plan): plan is PlacementPlan => plan !== undefined && plan !== UNKNOWN)
    .filter((plan) => plan.cluster.id === rule.clusterId && plan.cluster.hosts !== undefined)
    .sort((a, b) => (b.confirmedAt ?? b.asOf) - (a.confirmedAt ?? a.asOf));
  return plans[0]?.cluster.hosts ?? (rule.cluster && managedHosts(rule.cluster, resources));
}
