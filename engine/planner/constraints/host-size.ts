import { maskForm } from "./checks/mask";
import type { Constraint } from "./constraint";
import { deniedWhere } from "./tables";

export const hostSize: Constraint = {
  name: "host-size",
  title: "Host size",
  description: "A VM never has more vCPUs than its host has logical CPUs: vSphere would not power it on.",
  reads: { request: ["virtualMachines.vcpus"], inventory: ["logical CPUs of hosts", "vCPUs of VMs"] },
  compile(model) {
    const fewest = model.hosts.reduce((least, { threads }) => Math.min(least, threads ?? Infinity), Infinity);
    const denied = deniedWhere(
      model,
      (vm, host, h) => h !== vm.current && host.threads !== null && vm.vcpus! > host.threads,
      (vm) => vm.vcpus !== null && vm.vcpus > fewest,
    );
    if (!denied) return [];
    return [
      {
        constraint: "host-size",
        name: "logical CPUs of the hosts",
        origin: "world",
        hard: true,
        form: maskForm(denied),
        only: (vm) => `with ${vm.vcpus} hardware threads`,
        because: (vm, host) =>
          vm && host
            ? `${vm.name} has ${vm.vcpus} vCPUs and ${host.name} only ${host.threads} logical CPUs`
            : "a VM may not have more vCPUs than its host has logical CPUs",
      },
    ];
  },
};
