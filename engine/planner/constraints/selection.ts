import type { Host, Tag } from "../../snapshot";
import type { Model, ModelVm } from "../problem/model";

/** VMs that a rule names, by name, by tag, or both. */
export interface VmSelector {
  readonly virtualMachines: readonly string[];
  readonly vmTag?: Tag;
}

/** Hosts that a rule names, by name or id, by tag, or both. */
export interface HostSelector {
  readonly hosts: readonly string[];
  readonly hostTag?: Tag;
}

const has = (tags: readonly Tag[], wanted: Tag): boolean =>
  tags.some((tag) => tag.category === wanted.category && tag.name === wanted.name);

/** Tags of the inventory and of the request. */
export const tagsOf = (vm: ModelVm): readonly Tag[] => [...(vm.inventory?.tags ?? []), ...(vm.requested?.tags ?? [])];

export const selectsVm = (selector: VmSelector, vm: ModelVm): boolean =>
  selector.virtualMachines.includes(vm.name) || (selector.vmTag !== undefined && has(tagsOf(vm), selector.vmTag));

export const selectsHost = (selector: HostSelector, host: Host): boolean =>
  selector.hosts.includes(host.name) ||
  selector.hosts.includes(host.id) ||
  (selector.hostTag !== undefined && has(host.tags, selector.hostTag));

/** Indices of the model's VMs that a rule names, ascending. */
export const selectVms = (model: Model, selector: VmSelector): number[] =>
  model.vms.flatMap((vm, v) => (selectsVm(selector, vm) ? [v] : []));

/** Whether the rule leaves hosts open: it then only says how many. */
export const anyHost = (selector: HostSelector): boolean =>
  selector.hosts.length === 0 && selector.hostTag === undefined;

/** Such as "esx-1, esx-2 and hosts tagged licence=oracle". */
export function describeHosts({ hosts, hostTag }: HostSelector): string {
  const tagged = hostTag ? `hosts tagged ${hostTag.category}=${hostTag.name}` : "";
  return [[...hosts].sort().join(", "), tagged].filter(Boolean).join(" and ");
}
