import type { Cluster } from "../../snapshot";
import type { Model } from "../problem/model";
import { indicesById, indicesByName } from "./tables";

/** VMs that a rule of the cluster or a group of the request keeps together or apart, over hosts. */
export interface VmGroup {
  readonly label: string;
  readonly origin: "request" | "world";
  readonly hard: boolean;
  readonly weight: number;
  readonly members: readonly number[];
}

const DRS_KIND = { together: "vmAffinity", apart: "vmAntiAffinity" } as const;

/** DRS rules and request groups of one kind whose fault domain is the host, with two or more members here. */
export function groupsOverHosts(model: Model, kind: "together" | "apart"): VmGroup[] {
  const rules = model.cluster.rules
    .filter((rule) => rule.enabled && rule.kind === DRS_KIND[kind])
    .map((rule) => ({
      label: `DRS rule "${rule.name}"`,
      origin: "world" as const,
      hard: rule.mandatory,
      weight: 1,
      members: indicesById(model, "virtualMachines" in rule ? rule.virtualMachines : []),
    }));
  const groups = model.request.groups
    .filter((group) => group.kind === kind && group.over === "host")
    .map((group) => ({
      label: `group "${group.name}"`,
      origin: "request" as const,
      hard: group.mandatory,
      weight: group.weight,
      members: indicesByName(model, group.members),
    }));
  const order = (a: VmGroup, b: VmGroup) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
  return [...rules, ...groups].filter((group) => group.members.length > 1).sort(order);
}

/** Members of a named VM group or host group of the cluster. */
export const membersOf = (groups: Cluster["vmGroups"], name: string): readonly string[] =>
  groups.find((group) => group.name === name)?.members ?? [];
