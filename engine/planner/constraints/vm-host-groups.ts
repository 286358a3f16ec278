import type { Model } from "../problem/model";
import type { Rule } from "../../snapshot";
import { maskForm } from "./checks/mask";
import type { ActiveConstraint, Constraint } from "./constraint";
import { membersOf } from "./groups";
import { deniedWhere } from "./tables";

type HostRule = Extract<Rule, { kind: "vmHostAffinity" | "vmHostAntiAffinity" }>;

function compileRule(model: Model, rule: HostRule): ActiveConstraint[] {
  const vms = new Set(membersOf(model.cluster.vmGroups, rule.vmGroup));
  const hosts = new Set(membersOf(model.cluster.hostGroups, rule.hostGroup));
  const affine = rule.kind === "vmHostAffinity";
  const denied = deniedWhere(
    model,
    (_vm, host) => hosts.has(host.id) !== affine,
    (vm) => vm.id !== null && vms.has(vm.id),
  );
  if (!denied) return [];
  const verb = `${rule.mandatory ? "must" : "should"}${affine ? "" : " not"}`;
  return [
    {
      constraint: affine ? "vm-host-affinity" : "vm-host-anti-affinity",
      name: `DRS rule "${rule.name}"`,
      origin: "world",
      hard: rule.mandatory,
      form: maskForm(denied),
      because: () =>
        `VMs of "${rule.vmGroup}" ${verb} run on the hosts of "${rule.hostGroup}" (DRS rule "${rule.name}")`,
      only: () => `${affine ? "in" : "outside"} the host group "${rule.hostGroup}" (DRS rule "${rule.name}")`,
    },
  ];
}

const compile = (model: Model, kind: HostRule["kind"]): ActiveConstraint[] =>
  model.cluster.rules
    .filter((rule): rule is HostRule => rule.enabled && rule.kind === kind)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((rule) => compileRule(model, rule));

export const vmHostAffinity: Constraint = {
  name: "vm-host-affinity",
  title: "VM-host affinity",
  description: "VMs of a VM group must, or should, run on the hosts of a host group.",
  reads: { request: [], inventory: ["DRS rules, VM groups and host groups"] },
  compile: (model) => compile(model, "vmHostAffinity"),
};

export const vmHostAntiAffinity: Constraint = {
  name: "vm-host-anti-affinity",
  title: "VM-host anti-affinity",
  description: "VMs of a VM group must not, or should not, run on the hosts of a host group.",
  reads: { request: [], inventory: ["DRS rules, VM groups and host groups"] },
  compile: (model) => compile(model, "vmHostAntiAffinity"),
};
