import { placementGroupSchema } from "../request";
import { apartForm } from "./checks/domains";
import type { Constraint } from "./constraint";
import { hostDomains } from "./fault-domains";
import { groupsOverHosts } from "./groups";

export const vmAntiAffinity: Constraint = {
  name: "vm-anti-affinity",
  title: "VM-VM anti-affinity",
  description: "VMs of a DRS anti-affinity rule, or of a request's group of the kind apart, run on different hosts.",
  reads: { request: ["groups of the kind apart"], inventory: ["DRS rules"] },
  schema: placementGroupSchema,
  compile: (model) =>
    groupsOverHosts(model, "apart").map((group) => ({
      constraint: "vm-anti-affinity",
      name: `anti-affinity ${group.label}`,
      origin: group.origin,
      hard: group.hard,
      weight: group.weight,
      form: apartForm({ members: group.members, domains: hostDomains(model) }),
      among: { keep: "apart", members: group.members },
      only: () => `without another VM of the ${group.label}`,
      because: (_vm, host) => `the ${group.label} must be apart, and ${host?.name ?? "every host"} has one of its VMs`,
    })),
};
