import { z } from "zod";
import type { PolicyResource } from "@pulumi/policy";
import { definePolicy } from "../define";
import { known, orUndefined, read, readEach } from "../read";
import { PAGES } from "../references";
import { UNKNOWN } from "../unknown";
import { HOST, HOST_GROUP, HOST_RULE } from "../vsphere";

const config = z.strictObject({
  minHosts: z.number().min(1).default(1).describe("Least hosts of a group that are there to take VMs"),
});

/** A rule binds VMs to a group of hosts; a group without hosts binds them to nowhere. */
export const hostGroupHasHosts = definePolicy({
  name: "host-group-has-hosts",
  displayName: "Host groups in use have hosts",
  description: "A host group that a mandatory rule binds VMs to must have hosts that can take them.",
  group: "placement-safety",
  enforcementLevel: "mandatory",
  severity: "high",
  rationale:
    "VMs bound to an emptied group run on until they are stopped, and then can neither start nor move; their hosts " +
    "can't enter maintenance mode.",
  remediation: "put hosts into the group, end their maintenance, or take the rule away before the hosts.",
  url: PAGES.hostGroup,
  config,
  appliesTo: [HOST_GROUP],
  inputsOf: [HOST_GROUP],
  checkStack(resources, { config, report, inputs }) {
    for (const group of resources.filter(({ type }) => type === HOST_GROUP)) {
      const rule = resources.find((each) => binds(each, group));
      if (!rule) continue;
      const ids = readEach({ ...group, props: inputs(group.urn) ?? group.props }, "hostSystemIds", z.string());
      if (ids === UNKNOWN) continue;
      const away = awayHosts(group, resources, new Set(known(ids)));
      const left = ids.length - away.length;
      if (left >= config.minHosts) continue;
      const why = away.length > 0 ? `; ${away.join(", ")} can take none now` : "";
      report(`Host group ${group.name} has ${left} hosts for the VMs of rule ${rule.name}${why}.`, group.urn);
    }
  },
});

const text = z.string().optional();
const flag = (fallback: boolean) => z.boolean().default(fallback);

function binds(rule: PolicyResource, group: PolicyResource): boolean {
  if (rule.type !== HOST_RULE) return false;
  if (read(rule, "mandatory", flag(false)) !== true || read(rule, "enabled", flag(true)) !== true) return false;
  if (rule.propertyDependencies.affinityHostGroupName?.includes(group)) return true;
  const clusters = [rule, group].map((each) => orUndefined(read(each, "computeClusterId", text)));
  const name = orUndefined(read(group, "name", text)) ?? group.name;
  return clusters[0] === clusters[1] && orUndefined(read(rule, "affinityHostGroupName", text)) === name;
}

/** Hosts of the group that the program itself says are in maintenance or disconnected. */
function awayHosts(group: PolicyResource, resources: readonly PolicyResource[], ids: ReadonlySet<string>): string[] {
  const depended = group.propertyDependencies.hostSystemIds ?? [];
  return resources
    .filter((each) => each.type === HOST && (depended.includes(each) || ids.has(hostId(each))))
    .filter((host) => read(host, "maintenance", flag(false)) === true || read(host, "connected", flag(true)) === false)
    .map(({ name }) => name);
}

const hostId = (host: PolicyResource) => orUndefined(read(host, "id", text)) ?? "";
