import type { ModelVm } from "../problem/model";
import { maskForm } from "./checks/mask";
import type { Constraint } from "./constraint";
import { deniedWhere } from "./tables";

function pin(vm: ModelVm): string | null {
  const there = vm.inventory;
  if (!there || vm.current < 0) return null;
  if (there.template) return "it is a template";
  if (there.faultTolerant) return "it is protected by fault tolerance";
  if (there.power === "suspended") return "it is suspended";
  if (there.drsAutomation === "disabled") return "its DRS automation is disabled";
  if (there.managedBy !== undefined) return `it belongs to ${there.managedBy}`;
  return null;
}

export const pinnedVms: Constraint = {
  name: "pinned",
  title: "Pinned VMs",
  description:
    "Templates, suspended VMs, agents such as vCLS, VMs under fault tolerance or without DRS automation stay.",
  reads: { request: [], inventory: ["templates, power, fault tolerance, DRS automation and owners of VMs"] },
  compile(model) {
    const denied = deniedWhere(
      model,
      (vm, _host, h) => h !== vm.current,
      (vm) => pin(vm) !== null,
    );
    if (!denied) return [];
    return [
      {
        constraint: "pinned",
        name: "pinned VMs",
        origin: "world",
        hard: true,
        form: maskForm(denied),
        because: (vm) => (vm ? `${vm.name} can't move: ${pin(vm)}` : "pinned VMs stay where they are"),
      },
    ];
  },
};
