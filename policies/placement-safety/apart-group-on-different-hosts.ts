import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT, type PlacementGroup, readPlacement } from "../placement";
import { known } from "../read";
import { NIST, PAGES } from "../references";
import { UNKNOWN } from "../unknown";

const config = z.strictObject({
  includePreferred: z.boolean().default(false).describe("Check groups that are not mandatory as well"),
});

/** Whether the plan keeps the groups that it was asked to keep, told by its outcome alone. */
export const apartGroupOnDifferentHosts = definePolicy({
  name: "apart-group-on-different-hosts",
  displayName: "Groups kept apart are on different hosts",
  description: "The hosts that a Placement gives must keep its groups: apart, together, or spread.",
  group: "placement-safety",
  enforcementLevel: "mandatory",
  severity: "critical",
  rationale:
    "The program relies on its groups to survive a host's failure. A plan of an older version, or one kept while the " +
    "groups changed, must not pass unseen.",
  remediation: "run the preview again so that the plan is made anew; if it stays so, report the plan's digest.",
  url: PAGES.antiAffinityRule,
  references: [NIST.distributed],
  config,
  appliesTo: [PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    const { groups, placements } = readPlacement(resource);
    if (groups === UNKNOWN || placements === UNKNOWN) return notApplicable("this preview doesn't know the plan");
    const hosts = new Map(known(placements).map(({ vm, hostId, host }) => [vm, { hostId, host }]));
    for (const group of known(groups)) {
      // Domains other than hosts are tags, which the plan's essence doesn't hold.
      if (group.over !== "host" || !(group.mandatory || config.includePreferred)) continue;
      const byHost = new Map<string, { host: string; vms: string[] }>();
      for (const member of group.members) {
        const at = hosts.get(member);
        if (!at) continue;
        const there = byHost.get(at.hostId) ?? { host: at.host, vms: [] };
        byHost.set(at.hostId, { ...there, vms: [...there.vms, member] });
      }
      const problem = broken(group, [...byHost.values()]);
      if (problem !== undefined) report(`Group ${group.name}: ${problem}.`);
    }
  },
});

function broken(
  { kind, maxPerDomain }: PlacementGroup,
  hosts: readonly { host: string; vms: readonly string[] }[],
): string | undefined {
  if (kind === "together") {
    const names = hosts.map(({ host }) => host).join(", ");
    return hosts.length > 1 ? `its members belong together and are planned on ${names}` : undefined;
  }
  const most = kind === "apart" ? 1 : (maxPerDomain ?? Infinity);
  const full = hosts.find(({ vms }) => vms.length > most);
  return full && `${full.vms.join(", ")} are planned on ${full.host}, which may hold ${most} of it`;
}
