import { evcCompatible } from "../../snapshot";
import { maskForm } from "./checks/mask";
import type { Constraint } from "./constraint";
import type { ModelVm } from "../problem/model";
import { deniedWhere } from "./tables";

export const evc: Constraint = {
  name: "evc",
  title: "CPU compatibility (EVC)",
  description: "The CPU features that a VM needs are those of the cluster's EVC mode, or else of the host's CPU.",
  reads: {
    request: ["virtualMachines.requiredCpuGeneration"],
    inventory: ["EVC mode of the cluster", "CPU generations of hosts and VMs"],
  },
  compile(model) {
    const requiredBy = (vm: ModelVm) =>
      vm.requested?.requiredCpuGeneration ?? vm.inventory?.requiredCpuGeneration ?? null;
    /** [host] by what is required, with whether any isn't known to do. */
    const offers = new Map<string, { compatible: (boolean | null)[]; partly: boolean }>();
    const offered = Array.from({ length: model.movable }, (_, v) => {
      const required = requiredBy(model.vms[v]);
      if (required === null) return null;
      const known = offers.get(required);
      if (known) return known;
      const { evcMode } = model.cluster;
      const compatible = model.hosts.map((host) => evcCompatible(required, evcMode ?? host.cpuGeneration));
      const offer = { compatible, partly: compatible.some((one) => one !== true) };
      offers.set(required, offer);
      return offer;
    });
    const denied = deniedWhere(
      model,
      (vm, host, h, v) => {
        if (h === vm.current) return false;
        const compatible = offered[v]!.compatible[h];
        if (compatible === null) model.lacking.add("CPU generation", host.name, "taken as able to run every VM");
        return compatible === false;
      },
      (_vm, v) => offered[v]?.partly === true,
    );
    if (!denied) return [];
    return [
      {
        constraint: "evc",
        name: "CPU compatibility (EVC)",
        origin: "world",
        hard: true,
        form: maskForm(denied),
        only: (vm) =>
          `that runs ${vm.requested?.requiredCpuGeneration ?? vm.inventory?.requiredCpuGeneration} code (EVC)`,
        because(vm, host) {
          const required = vm?.requested?.requiredCpuGeneration ?? vm?.inventory?.requiredCpuGeneration;
          const offered = model.cluster.evcMode ?? host?.cpuGeneration;
          return `${vm?.name ?? "a VM"} needs ${required ?? "a CPU"} and ${host?.name ?? "the host"} offers ${offered ?? "less"}`;
        },
      },
    ];
  },
};
