import { placementGroupSchema } from "../request";
import { togetherForm } from "./checks/domains";
import type { Constraint } from "./constraint";
import { hostDomains } from "./fault-domains";
import { groupsOverHosts } from "./groups";

export const vmAffinity: Constraint = {
  name: "vm-affinity",
  title: "VM-VM affinity",
  description: "VMs of a DRS affinity rule, or of a request's group of the kind together, share one host.",
  reads: { request: ["groups of the kind together"], inventory: ["DRS rules"] },
  schema: placementGroupSchema,
  compile: (model) =>
    groupsOverHosts(model, "together").map((group) => ({
      constraint: "vm-affinity",
      name: `affinity ${group.label}`,
      origin: group.origin,
      hard: group.hard,
      weight: group.weight,
      form: togetherForm({ members: group.members, domains: hostDomains(model) }, group.hard),
      among: { keep: "together", members: group.members },
      because: () => `the ${group.label} keeps its VMs together, and the others can't be there`,
    })),
};
