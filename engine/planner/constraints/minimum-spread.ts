import { placementGroupSchema } from "../request";
import { count } from "../wording";
import { spreadForm } from "./checks/spread";
import type { ActiveConstraint, Constraint } from "./constraint";
import { domainName, domainsOver } from "./fault-domains";
import { indicesByName } from "./tables";

export const minimumSpread: Constraint = {
  name: "minimum-spread",
  title: "Minimum spread",
  description:
    "A group of the kind spread uses at least `minDomains` hosts, racks or zones, with at most `maxPerDomain` of its VMs in any.",
  reads: { request: ["groups of the kind spread"], inventory: ["tags of hosts"] },
  schema: placementGroupSchema,
  compile: (model) =>
    model.request.groups
      .filter(({ kind }) => kind === "spread")
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((group): ActiveConstraint => {
        const { name, over, minDomains = 1, maxPerDomain = Infinity } = group;
        const members = indicesByName(model, group.members);
        const domain = domainName(over);
        const limits = [
          minDomains > 1 ? `at least ${count(minDomains, domain)}` : "",
          maxPerDomain < Infinity ? `at most ${maxPerDomain} on one ${domain}` : "",
        ].filter(Boolean);
        return {
          constraint: "minimum-spread",
          name: `spread group "${name}" (${limits.join(", ")})`,
          origin: "request",
          hard: group.mandatory,
          weight: group.weight,
          form: spreadForm({ members, domains: domainsOver(model, over) }, minDomains, maxPerDomain),
          among: { keep: "apart", members },
          because(_vm, host) {
            if (over !== "host" && host && !host.tags.some((tag) => tag.category === domain))
              return `${host.name} carries no tag of the category ${domain}, which the group "${name}" needs`;
            return `the group "${name}" uses ${limits.join(" and ")}${host ? `, and ${host.name} doesn't help` : ""}`;
          },
          only: () => `of another ${domain} than most of the group "${name}"`,
        };
      }),
};
