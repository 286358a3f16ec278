import type { Tag } from "../../snapshot";
import { type Compliance, complianceSchema } from "../rules";
import { maskForm } from "./checks/mask";
import type { ActiveConstraint, Constraint } from "./constraint";
import { tagsOf } from "./selection";
import { deniedWhere } from "./tables";

const namesIn = (tags: readonly Tag[], category: string): string[] =>
  tags.filter((tag) => tag.category === category).map((tag) => tag.name);

/** A VM needs every tag that it has itself; one without any keeps off a zone that is exclusive. */
function refuses(rule: Compliance, vm: readonly string[], host: readonly string[]): boolean {
  if (vm.length === 0) return rule.exclusive && host.length > 0;
  return vm.some((tag) => !host.includes(tag));
}

export const compliance: Constraint = {
  name: "compliance",
  title: "Compliance tags",
  description:
    "A VM with tags of a category (PCI, a jurisdiction, a tenant) runs only on hosts that carry all of them; where the " +
    "zone is `exclusive`, VMs without a tag of the category keep off its hosts.",
  reads: { request: ["rules.compliance"], inventory: ["tags of hosts and VMs"] },
  schema: complianceSchema,
  compile: (model) =>
    [...model.request.rules.compliance]
      .sort((a, b) => (a.tagCategory < b.tagCategory ? -1 : 1))
      .flatMap((rule): ActiveConstraint[] => {
        const category = rule.tagCategory;
        const hosts = model.hosts.map((host) => namesIn(host.tags, category));
        const vms = model.vms.slice(0, model.movable).map((vm) => namesIn(tagsOf(vm), category));
        const denied = deniedWhere(model, (_vm, _host, h, v) => refuses(rule, vms[v], hosts[h]));
        if (!denied) return [];
        return [
          {
            constraint: "compliance",
            name: `compliance tags of ${category}`,
            origin: "request",
            hard: rule.mandatory,
            weight: rule.weight,
            form: maskForm(denied),
            because(vm, host) {
              if (!vm) return `a VM's tags of ${category} must be its host's`;
              const needs = namesIn(tagsOf(vm), category).sort();
              const [who, where] = [vm.name, host?.name ?? "a host"];
              return needs.length > 0
                ? `${who} is tagged ${category}=${needs.join(", ")} and ${where} is not`
                : `${where} is for VMs with a tag of ${category}, and ${who} has none`;
            },
            only: (vm) => `with the ${category} tags of ${vm.name}`,
          },
        ];
      }),
};
