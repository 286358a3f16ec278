import type { Host } from "../../snapshot";
import type { Model, ModelVm } from "../problem/model";

/** [movable VM][host]: 1 where `refuses` holds; null if it holds nowhere. */
export function deniedWhere(
  model: Model,
  refuses: (vm: ModelVm, host: Host, hostIndex: number, vmIndex: number) => boolean,
): Uint8Array | null {
  const denied = new Uint8Array(model.movable * model.hosts.length);
  let any = false;
  for (let v = 0; v < model.movable; v++) {
    for (let h = 0; h < model.hosts.length; h++) {
      if (!refuses(model.vms[v], model.hosts[h], h, v)) continue;
      denied[v * model.hosts.length + h] = 1;
      any = true;
    }
  }
  return any ? denied : null;
}

/** [VM of the model]: what it takes, rounded up to whole numbers; a fact that is not known counts as told. */
export function amountsOf(
  model: Model,
  amount: (vm: ModelVm) => number | null,
  unknown: (vm: ModelVm) => void,
): Float64Array {
  return Float64Array.from(model.vms, (vm) => {
    const value = amount(vm);
    if (value === null) unknown(vm);
    return value === null ? 0 : Math.ceil(value);
  });
}

/** Whether the host can take VMs at all, as far as its state goes. */
export const isOpen = (host: Host): boolean =>
  host.connection === "connected" && host.power === "poweredOn" && !host.maintenance && !host.quarantine;

/** Indices of the model's VMs with these managed object ids. */
export function indicesById(model: Model, ids: Iterable<string>): number[] {
  const wanted = new Set(ids);
  return model.vms.flatMap((vm, v) => (vm.id !== null && wanted.has(vm.id) ? [v] : []));
}

/** Indices of the model's VMs with these names. */
export function indicesByName(model: Model, names: Iterable<string>): number[] {
  const wanted = new Set(names);
  return model.vms.flatMap((vm, v) => (wanted.has(vm.name) ? [v] : []));
}

export const gigabytes = (mb: number): string => `${Math.round((mb / 1024) * 10) / 10} GB`;
