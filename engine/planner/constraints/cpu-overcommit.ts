import { knapsackForm } from "./checks/knapsack";
import type { Constraint } from "./constraint";
import { amountsOf } from "./tables";

export const cpuOvercommit: Constraint = {
  name: "cpu-overcommit",
  title: "CPU overcommit",
  description: "The configured vCPUs on a host stay within `vcpusPerCore` times its physical cores.",
  reads: { request: ["config.vcpusPerCore"], inventory: ["cores of hosts", "vCPUs of VMs"] },
  compile(model) {
    const ratio = model.request.config.vcpusPerCore;
    const limits = Float64Array.from(model.hosts, (host) => {
      if (host.cores === null) model.lacking.add("host cores", host.name, "no vCPU limit is applied to it");
      return host.cores === null ? Infinity : Math.floor(host.cores * ratio);
    });
    const amounts = amountsOf(
      model,
      (vm) => vm.vcpus,
      (vm) => model.lacking.add("vCPUs", vm.name, "it is not counted against vCPU limits"),
    );
    return [
      {
        constraint: "cpu-overcommit",
        name: `CPU overcommit (${ratio} vCPUs per core)`,
        origin: "world",
        hard: true,
        form: knapsackForm({ amounts, limits }),
        because: (vm, host) =>
          vm && host
            ? `${host.name} has no room left for ${vm.vcpus} vCPUs at ${ratio} per core (${host.cores} cores)`
            : `no more than ${ratio} vCPUs per core`,
        only: (vm) => `with room for ${vm.vcpus} vCPUs`,
      },
    ];
  },
};
