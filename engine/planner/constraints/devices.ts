import type { Host } from "../../snapshot";
import type { ModelVm } from "../problem/model";
import { knapsackForm } from "./checks/knapsack";
import { maskForm } from "./checks/mask";
import type { ActiveConstraint, Constraint } from "./constraint";
import { deniedWhere } from "./tables";

const bound = (vm: ModelVm): readonly { device: string }[] => vm.inventory?.devices ?? [];
const asked = (vm: ModelVm): readonly { device: string }[] => vm.requested?.devices ?? [];

/** How many devices of the host go by this id or name. */
const offers = (host: Host, device: string): number =>
  host.devices.filter((item) => item.id === device || item.name === device).length;

export const devicePins: Constraint = {
  name: "device-pins",
  title: "Device pins",
  description: "A VM that holds a passthrough, SR-IOV or vGPU device of its host can't leave it.",
  reads: { request: [], inventory: ["devices of VMs"] },
  compile(model) {
    const denied = deniedWhere(
      model,
      (vm, _host, h) => h !== vm.current,
      (vm) => vm.current >= 0 && bound(vm).length > 0,
    );
    if (!denied) return [];
    return [
      {
        constraint: "device-pins",
        name: "devices that pin a VM",
        origin: "world",
        hard: true,
        form: maskForm(denied),
        because: (vm) =>
          `${vm?.name ?? "a VM"} holds ${vm && bound(vm)[0] ? bound(vm)[0].device : "a device"} of its host`,
      },
    ];
  },
};

export const deviceCapacity: Constraint = {
  name: "device-capacity",
  title: "Devices",
  description: "The host has a free device of each id or name that a VM asks for; a device serves one VM.",
  reads: { request: ["virtualMachines.devices"], inventory: ["devices of hosts and VMs"] },
  compile(model) {
    const names = new Set(model.vms.flatMap((vm) => asked(vm).map((item) => item.device)));
    return [...names].sort().map((device): ActiveConstraint => {
      const uses = (vm: ModelVm): number => {
        const holds = bound(vm).filter((item) => item.device === device).length;
        return Math.max(holds, asked(vm).filter((item) => item.device === device).length);
      };
      return {
        constraint: "device-capacity",
        name: `device "${device}"`,
        origin: "request",
        hard: true,
        form: knapsackForm({
          amounts: Float64Array.from(model.vms, uses),
          limits: Float64Array.from(model.hosts, (host) => offers(host, device)),
        }),
        because: (_vm, host) => `${host?.name ?? "a host"} has no free device "${device}"`,
        only: () => `with a free device "${device}"`,
      };
    });
  },
};
