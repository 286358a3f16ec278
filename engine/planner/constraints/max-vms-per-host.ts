import { knapsackForm } from "./checks/knapsack";
import type { Constraint } from "./constraint";

export const maxVmsPerHost: Constraint = {
  name: "max-vms-per-host",
  title: "Maximum VMs per host",
  description: "No host runs more than `maxVmsPerHost` VMs; vSphere's own maximum is 1,024.",
  reads: { request: ["config.maxVmsPerHost"], inventory: [] },
  compile(model) {
    const limit = model.request.config.maxVmsPerHost;
    return [
      {
        constraint: "max-vms-per-host",
        name: `at most ${limit} VMs per host`,
        origin: "world",
        hard: true,
        form: knapsackForm({
          amounts: new Float64Array(model.vms.length).fill(1),
          limits: new Float64Array(model.hosts.length).fill(limit),
        }),
        only: () => "that isn't full",
        because: (_vm, host) => `${host?.name ?? "a host"} has ${limit} VMs already`,
      },
    ];
  },
};
