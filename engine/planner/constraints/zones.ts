import { type PlacementGroup, placementGroupSchema } from "../request";
import type { Model } from "../problem/model";
import { apartForm, togetherForm } from "./checks/domains";
import type { ActiveConstraint, Constraint } from "./constraint";
import { tagDomains } from "./fault-domains";
import { indicesByName } from "./tables";

function compileGroup(model: Model, group: PlacementGroup, category: string): ActiveConstraint {
  const shape = { members: indicesByName(model, group.members), domains: tagDomains(model, category) };
  const apart = group.kind === "apart";
  return {
    constraint: "zones",
    name: `${apart ? "spread" : "one-zone"} group "${group.name}" over ${category}`,
    origin: "request",
    hard: group.mandatory,
    weight: group.weight,
    form: apart ? apartForm(shape) : togetherForm(shape, false),
    among: { keep: apart ? "apart" : "together", members: shape.members },
    only: () =>
      apart ? `in a ${category} without a VM of "${group.name}"` : `in the ${category} of the group "${group.name}"`,
    because(_vm, host) {
      if (host && !host.tags.some((tag) => tag.category === category)) {
        return `${host.name} carries no tag of the category ${category}, which the group "${group.name}" needs`;
      }
      return apart
        ? `the ${category} of ${host?.name ?? "the host"} has a VM of the group "${group.name}" already`
        : `the group "${group.name}" is in another ${category}`;
    },
  };
}

export const zones: Constraint = {
  name: "zones",
  title: "Spread over zones",
  description: "A group is apart or together over the values that a tag category gives the hosts: zones, racks, rooms.",
  reads: { request: ["groups over a tagCategory"], inventory: ["tags of hosts"] },
  schema: placementGroupSchema,
  compile: (model) =>
    model.request.groups
      .filter(({ kind }) => kind !== "spread")
      .flatMap((group) => (group.over === "host" ? [] : [compileGroup(model, group, group.over.tagCategory)]))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
};
