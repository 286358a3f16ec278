import { dependencySchema } from "../rules";
import { listNames } from "../wording";
import { nearForm } from "./checks/near";
import type { ActiveConstraint, Constraint } from "./constraint";
import { domainName, domainsOver } from "./fault-domains";
import { indicesByName } from "./tables";

export const dependencies: Constraint = {
  name: "dependencies",
  title: "Dependencies",
  description:
    "A VM that depends on others has at least one of them on its host, or in its rack, room or zone: a web server a " +
    "cache, an agent its appliance.",
  reads: { request: ["rules.dependencies"], inventory: ["tags of hosts"] },
  schema: dependencySchema,
  compile: (model) =>
    [...model.request.rules.dependencies]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((rule): ActiveConstraint => {
        const [dependants, suppliers] = [rule.virtualMachines, rule.on].map((names) => indicesByName(model, names));
        const domain = domainName(rule.over);
        return {
          constraint: "dependencies",
          name: `dependency "${rule.name}"`,
          origin: "request",
          hard: rule.mandatory,
          weight: rule.weight,
          form: nearForm(dependants, suppliers, domainsOver(model, rule.over)),
          because: (_vm, host) =>
            `${listNames([...rule.virtualMachines].sort())} need one of ${listNames([...rule.on].sort())} on the same ${domain}${host ? `, and ${host.name} would leave one without` : ""}`,
          only: () => `in whose ${domain} one of ${listNames([...rule.on].sort())} is`,
        };
      }),
};
