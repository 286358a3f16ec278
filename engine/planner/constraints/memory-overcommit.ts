import { knapsackForm } from "./checks/knapsack";
import type { Constraint } from "./constraint";
import { amountsOf, gigabytes } from "./tables";

export const memoryOvercommit: Constraint = {
  name: "memory-overcommit",
  title: "Memory overcommit",
  description: "The configured memory on a host stays within `memoryOvercommit` times its physical memory.",
  reads: { request: ["config.memoryOvercommit"], inventory: ["memory of hosts and VMs"] },
  compile(model) {
    const ratio = model.request.config.memoryOvercommit;
    const limits = Float64Array.from(model.hosts, (host) => {
      if (host.memoryMb === null) model.lacking.add("host memory", host.name, "no memory limit is applied to it");
      return host.memoryMb === null ? Infinity : Math.floor(host.memoryMb * ratio);
    });
    const amounts = amountsOf(
      model,
      (vm) => vm.memoryMb,
      (vm) => model.lacking.add("memory size", vm.name, "it is not counted against memory limits"),
    );
    return [
      {
        constraint: "memory-overcommit",
        name: `memory overcommit (${ratio} x)`,
        origin: "world",
        hard: true,
        form: knapsackForm({ amounts, limits }),
        because: (vm, host) =>
          vm && host && vm.memoryMb !== null
            ? `${host.name} has no room left for ${gigabytes(vm.memoryMb)} of memory`
            : `no more than ${ratio} times a host's memory`,
        only: (vm) => `with room for ${gigabytes(vm.memoryMb ?? 0)} of memory`,
      },
    ];
  },
};
