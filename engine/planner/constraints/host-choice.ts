import type { Host } from "../../snapshot";
import type { RequestedVm } from "../request";
import type { Model } from "../problem/model";
import { maskForm } from "./checks/mask";
import type { ActiveConstraint, Constraint } from "./constraint";
import { deniedWhere } from "./tables";

const isOneOf = (host: Host, names: readonly string[]): boolean => names.includes(host.name) || names.includes(host.id);

/** One constraint per requested VM that states it. */
function perVm(
  model: Model,
  constraint: string,
  describe: (vm: RequestedVm) => string | null,
  refuses: (vm: RequestedVm, host: Host) => boolean,
  only: (vm: RequestedVm) => string,
): ActiveConstraint[] {
  const active: ActiveConstraint[] = [];
  for (let v = 0; v < model.movable; v++) {
    const requested = model.vms[v].requested;
    const name = requested && describe(requested);
    if (!requested || !name) continue;
    const denied = deniedWhere(model, (_vm, host, _h, index) => index === v && refuses(requested, host));
    if (!denied) continue;
    active.push({
      constraint,
      name: `${name} (VM "${requested.name}")`,
      origin: "request",
      hard: true,
      form: maskForm(denied),
      because: (_vm, host) => `${requested.name} has ${name}, which rules out ${host?.name ?? "the others"}`,
      only: () => only(requested),
    });
  }
  return active;
}

export const allowedHosts: Constraint = {
  name: "allowed-hosts",
  title: "Allowed hosts",
  description: "A VM whose request lists hosts runs on one of them.",
  reads: { request: ["virtualMachines.hosts"], inventory: [] },
  compile: (model) =>
    perVm(
      model,
      "allowed-hosts",
      (vm) => (vm.hosts ? `allowed hosts ${[...vm.hosts].sort().join(", ")}` : null),
      (vm, host) => !isOneOf(host, vm.hosts!),
      () => "that its request allows",
    ),
};

export const avoidedHosts: Constraint = {
  name: "avoided-hosts",
  title: "Avoided hosts",
  description: "A VM never runs on a host that its request says to avoid.",
  reads: { request: ["virtualMachines.avoidHosts"], inventory: [] },
  compile: (model) =>
    perVm(
      model,
      "avoided-hosts",
      (vm) => (vm.avoidHosts.length ? `hosts to avoid ${[...vm.avoidHosts].sort().join(", ")}` : null),
      (vm, host) => isOneOf(host, vm.avoidHosts),
      () => "that its request doesn't avoid",
    ),
};

const tagsOf = (vm: RequestedVm): string =>
  vm.requireHostTags
    .map((tag) => `${tag.category}=${tag.name}`)
    .sort()
    .join(", ");

export const requiredHostTags: Constraint = {
  name: "required-host-tags",
  title: "Required host tags",
  description: "The host carries every tag that the VM's request names: zones, compliance, licences.",
  reads: { request: ["virtualMachines.requireHostTags"], inventory: ["tags of hosts"] },
  compile: (model) =>
    perVm(
      model,
      "required-host-tags",
      (vm) => (vm.requireHostTags.length ? `required host tags ${tagsOf(vm)}` : null),
      (vm, host) =>
        vm.requireHostTags.some(
          (tag) => !host.tags.some((has) => has.category === tag.category && has.name === tag.name),
        ),
      (vm) => `with ${tagsOf(vm)}`,
    ),
};
