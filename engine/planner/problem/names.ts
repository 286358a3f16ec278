import { AffinityError, type Problem } from "../../errors";
import type { Cluster, Host, Snapshot, VirtualMachine } from "../../snapshot";
import type { PlanRequest } from "../request";
import { checkRuleNames } from "./rule-names";

/** The objects of a cluster by the names and ids that a request may use. */
export interface Names {
  readonly host: ReadonlyMap<string, Host>;
  readonly datastore: ReadonlyMap<string, { id: string; name: string }>;
  readonly network: ReadonlyMap<string, { id: string; name: string }>;
  /** VMs of the cluster; several may share a name in different folders. */
  readonly vm: ReadonlyMap<string, readonly VirtualMachine[]>;
}

const byNameAndId = <T extends { id: string; name: string }>(list: readonly T[]): Map<string, T> => {
  const sorted = [...list].sort((a, b) => (a.id < b.id ? 1 : -1));
  return new Map([
    ...sorted.map((item) => [item.name, item] as const),
    ...sorted.map((item) => [item.id, item] as const),
  ]);
};

/** VMs that run on a host of the cluster, or that belong to it and have no host yet. */
export function vmsOfCluster(snapshot: Snapshot, cluster: Cluster): VirtualMachine[] {
  const hosts = new Set(snapshot.hosts.filter((host) => host.cluster === cluster.id).map((host) => host.id));
  return snapshot.virtualMachines.filter((vm) => (vm.host === null ? vm.cluster === cluster.id : hosts.has(vm.host)));
}

export function namesOf(snapshot: Snapshot, cluster: Cluster): Names {
  const vm = new Map<string, VirtualMachine[]>();
  for (const item of vmsOfCluster(snapshot, cluster)) {
    const same = vm.get(item.name);
    if (same) same.push(item);
    else vm.set(item.name, [item]);
  }
  return {
    host: byNameAndId(snapshot.hosts.filter((host) => host.cluster === cluster.id)),
    datastore: byNameAndId(snapshot.datastores),
    network: byNameAndId(snapshot.networks),
    vm,
  };
}

/**
 * Checks every name that the request uses against the inventory.
 * @throws AffinityError REQUEST_INVALID with all unknown names at once.
 */
export function checkNames(request: PlanRequest, snapshot: Snapshot, cluster: Cluster, names: Names): void {
  const problems: Problem[] = [];
  const refuse = (path: string, message: string) => problems.push({ path, message });
  const where = `cluster "${cluster.name}"`;
  const requested = new Set<string>();
  const promised = new Set(request.reservations.map((reservation) => reservation.virtualMachine));
  const anyVm = new Set(snapshot.virtualMachines.map((vm) => vm.name));

  request.virtualMachines.forEach((vm, i) => {
    const path = `virtualMachines[${i}]`;
    if (requested.has(vm.name)) refuse(`${path}.name`, `the VM "${vm.name}" is given twice`);
    requested.add(vm.name);
    const same = names.vm.get(vm.name) ?? [];
    if (same.length > 1) {
      refuse(
        `${path}.name`,
        `${where} has ${same.length} VMs named "${vm.name}" (${same.map((item) => item.id).join(", ")})`,
      );
    }
    if (vm.like !== undefined && !anyVm.has(vm.like)) refuse(`${path}.like`, `no VM is named "${vm.like}"`);
    if (vm.datastore !== undefined && !names.datastore.has(vm.datastore)) {
      refuse(`${path}.datastore`, `no datastore is named "${vm.datastore}"`);
    }
    vm.networks.forEach((network, j) => {
      if (!names.network.has(network)) refuse(`${path}.networks[${j}]`, `no network is named "${network}"`);
    });
    for (const field of ["hosts", "avoidHosts"] as const) {
      vm[field]?.forEach((host, j) => {
        if (!names.host.has(host)) refuse(`${path}.${field}[${j}]`, `${where} has no host "${host}"`);
      });
    }
  });

  const groups = new Set<string>();
  request.groups.forEach((group, i) => {
    const path = `groups[${i}]`;
    if (groups.has(group.name)) refuse(`${path}.name`, `the group "${group.name}" is given twice`);
    groups.add(group.name);
    group.members.forEach((member, j) => {
      if (!requested.has(member) && !promised.has(member) && !names.vm.has(member)) {
        refuse(`${path}.members[${j}]`, `neither the request nor ${where} has a VM "${member}"`);
      }
      if (group.members.indexOf(member) !== j) refuse(`${path}.members[${j}]`, `"${member}" is given twice`);
    });
    if (group.over !== "host") {
      const category = group.over.tagCategory;
      const hosts = [...new Set(names.host.values())];
      if (!hosts.some((host) => host.tags.some((tag) => tag.category === category))) {
        refuse(`${path}.over.tagCategory`, `no host of ${where} carries a tag of the category "${category}"`);
      }
    }
  });

  checkRuleNames(request, snapshot, {
    hasVm: (vm) => requested.has(vm) || promised.has(vm) || names.vm.has(vm),
    hosts: [...new Set(names.host.values())],
    hasHost: (host) => names.host.has(host),
    where,
    refuse,
  });
  if (problems.length === 0) return;
  throw new AffinityError({
    code: "REQUEST_INVALID",
    message: `the request for ${where} is not valid: ${problems.length} problem${problems.length === 1 ? "" : "s"}`,
    hint: `names are those of the inventory of ${snapshot.source.name}; an id serves as well`,
    problems,
  });
}
