import type { Model, ModelVm } from "../problem/model";
import { listNames } from "../wording";
import { maskForm } from "./checks/mask";
import type { Constraint } from "./constraint";
import { deniedWhere } from "./tables";

/** Each entry lists the ids that would do: a name may stand for the network of each of several switches. */
function needed(model: Model, vm: ModelVm): string[][] {
  const asked = (vm.requested?.networks ?? []).map((network) =>
    model.snapshot.networks.filter((item) => item.id === network || item.name === network).map((item) => item.id),
  );
  return [...asked, ...(vm.inventory?.networks ?? []).map((network) => [network])];
}

export const networkReachability: Constraint = {
  name: "network-reachability",
  title: "Network reachability",
  description: "The host has every network that the VM is connected to, or that the request names.",
  reads: { request: ["virtualMachines.networks"], inventory: ["networks of hosts and VMs"] },
  compile(model) {
    const needs = model.vms.slice(0, model.movable).map((vm) => needed(model, vm));
    if (model.hosts.every((host) => host.networks.length === 0)) {
      needs.forEach((list, v) => {
        if (list.length) model.lacking.add("networks of the hosts", model.vms[v].name, "reachability is not checked");
      });
      return [];
    }
    const names = new Map(model.snapshot.networks.map((network) => [network.id, network.name]));
    const nameOf = (id: string): string => `network ${names.get(id) ?? id}`;
    const there = model.hosts.map((host) => new Set(host.networks));
    const common = new Set([...there[0]].filter((id) => there.every((list) => list.has(id))));
    const denied = deniedWhere(
      model,
      (vm, _host, h, v) => h !== vm.current && needs[v].some((ids) => !ids.some((network) => there[h].has(network))),
      (_vm, v) => needs[v].some((ids) => !ids.some((network) => common.has(network))),
    );
    if (!denied) return [];
    return [
      {
        constraint: "network-reachability",
        name: "network reachability",
        origin: "world",
        hard: true,
        form: maskForm(denied),
        because: (vm, host) =>
          `${host?.name ?? "a host"} doesn't have every network that ${vm?.name ?? "the VM"} needs`,
        only: (vm) => `with ${listNames([...new Set(needed(model, vm).map(([id]) => nameOf(id)))])}`,
      },
    ];
  },
};
