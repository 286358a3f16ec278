import { knapsackForm } from "./checks/knapsack";
import type { ActiveConstraint, Constraint } from "./constraint";
import type { Host } from "../../snapshot";
import type { Model, ModelVm } from "../problem/model";

function reservation(
  model: Model,
  what: "CPU" | "memory",
  unit: "MHz" | "MB",
  reserved: (vm: ModelVm) => number,
  capacity: (host: Host) => number | null,
): ActiveConstraint[] {
  const amounts = Float64Array.from(model.vms, (vm) => Math.ceil(reserved(vm)));
  if (amounts.every((amount) => amount === 0)) return [];
  const limits = Float64Array.from(model.hosts, (host) => Math.floor(capacity(host) ?? Infinity));
  return [
    {
      constraint: "reservations",
      name: `${what} reservations`,
      origin: "world",
      hard: true,
      form: knapsackForm({ amounts, limits }),
      because: (vm, host) =>
        vm && host
          ? `${host.name} can't guarantee the ${Math.ceil(reserved(vm))} ${unit} of ${what} that ${vm.name} reserves`
          : `reserved ${what} stays within the host's capacity`,
      only: (vm) => `that can guarantee its ${Math.ceil(reserved(vm))} ${unit} of ${what}`,
    },
  ];
}

export const reservations: Constraint = {
  name: "reservations",
  title: "Reservations",
  description: "The CPU and the memory that VMs reserve stay within the host's capacity, whatever the overcommit.",
  reads: {
    request: ["virtualMachines.cpuReservationMhz", "virtualMachines.memoryReservationMb"],
    inventory: ["CPU and memory of hosts", "reservations of VMs"],
  },
  compile: (model) => [
    ...reservation(
      model,
      "CPU",
      "MHz",
      (vm) => vm.cpuReservationMhz,
      (host) => host.cpuMhz,
    ),
    ...reservation(
      model,
      "memory",
      "MB",
      (vm) => vm.memoryReservationMb,
      (host) => host.memoryMb,
    ),
  ],
};
