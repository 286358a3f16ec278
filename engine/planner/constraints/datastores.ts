import type { Model, ModelVm } from "../problem/model";
import { listNames } from "../wording";
import { maskForm } from "./checks/mask";
import type { ActiveConstraint, Constraint } from "./constraint";
import { deniedWhere, gigabytes } from "./tables";

/** Ids of the datastores that the VM's disks need; null if not known. */
function needed(model: Model, vm: ModelVm): string[] | null {
  const asked = vm.requested?.datastore;
  const own = vm.inventory?.disks?.map((disk) => disk.datastore) ?? null;
  if (asked === undefined) return vm.inventory ? own : [];
  const store = model.snapshot.datastores.find((item) => item.id === asked) ?? byName(model, asked);
  return [...(own ?? []), ...(store ? [store.id] : [])];
}

const byName = (model: Model, name: string) =>
  [...model.snapshot.datastores].sort((a, b) => (a.id < b.id ? -1 : 1)).find((item) => item.name === name);

export const datastoreReachability: Constraint = {
  name: "datastore-reachability",
  title: "Datastore reachability",
  description: "The host mounts every datastore that the VM's disks are on, or that the request names.",
  reads: { request: ["virtualMachines.datastore"], inventory: ["datastores of hosts", "disks of VMs"] },
  compile(model) {
    const needs = model.vms.slice(0, model.movable).map((vm) => needed(model, vm));
    needs.forEach((list, v) => {
      if (list === null) model.lacking.add("disks", model.vms[v].name, "taken as reachable from every host");
    });
    // An inventory that lists no datastore for any host doesn't know them; hosts without any among others have none.
    if (model.hosts.every((host) => host.datastores.length === 0)) {
      const known = model.snapshot.datastores.length > 0;
      needs.forEach((list, v) => {
        if (known && list?.length)
          model.lacking.add("datastores of the hosts", model.vms[v].name, "reachability is not checked");
      });
      return [];
    }
    const names = new Map(model.snapshot.datastores.map((store) => [store.id, store.name]));
    const nameOf = (id: string): string => `datastore ${names.get(id) ?? id}`;
    const mounted = model.hosts.map((host) => new Set(host.datastores));
    const common = new Set([...mounted[0]].filter((id) => mounted.every((list) => list.has(id))));
    const denied = deniedWhere(
      model,
      (vm, _host, h, v) => h !== vm.current && (needs[v]?.some((store) => !mounted[h].has(store)) ?? false),
      (_vm, v) => needs[v]?.some((store) => !common.has(store)) ?? false,
    );
    if (!denied) return [];
    return [
      {
        constraint: "datastore-reachability",
        name: "datastore reachability",
        origin: "world",
        hard: true,
        form: maskForm(denied),
        because: (vm, host) =>
          `${host?.name ?? "a host"} doesn't mount every datastore that ${vm?.name ?? "the VM"} needs`,
        only: (vm) => `with ${listNames((needed(model, vm) ?? []).map(nameOf))}`,
      },
    ];
  },
};

export const datastoreCapacity: Constraint = {
  name: "datastore-capacity",
  title: "Datastore capacity",
  description:
    "The disks to be made on a datastore fit in its free space, and it is accessible and not in maintenance.",
  reads: {
    request: ["virtualMachines.datastore", "virtualMachines.diskMb"],
    inventory: ["free space and state of datastores"],
  },
  compile(model) {
    const wanted = new Map<string, number[]>();
    for (let v = 0; v < model.movable; v++) {
      const vm = model.vms[v];
      if (vm.inventory || vm.requested?.datastore === undefined) continue;
      const store = needed(model, vm)?.[0];
      if (store !== undefined) wanted.set(store, [...(wanted.get(store) ?? []), v]);
    }
    const active: ActiveConstraint[] = [];
    for (const [id, vms] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const store = model.snapshot.datastores.find((item) => item.id === id)!;
      const size = vms.reduce((sum, v) => sum + model.vms[v].requested!.diskMb, 0);
      if (store.freeMb === null) model.lacking.add("free space", store.name, "taken as enough");
      const closed = !store.accessible || store.maintenance;
      if (!closed && (store.freeMb === null || size <= store.freeMb)) continue;
      const reason = closed
        ? `the datastore ${store.name} is ${store.accessible ? "in maintenance mode" : "not accessible"}`
        : `the datastore ${store.name} has ${gigabytes(store.freeMb!)} free and the new VMs on it need ${gigabytes(size)}`;
      const members = new Set(vms);
      active.push({
        constraint: "datastore-capacity",
        name: `capacity of the datastore "${store.name}"`,
        origin: "request",
        hard: true,
        form: maskForm(deniedWhere(model, (_vm, _host, _h, v) => members.has(v))!),
        because: () => reason,
      });
    }
    return active;
  },
};
