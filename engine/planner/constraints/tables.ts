import type { Host } from "../../snapshot";
import type { Model, ModelVm } from "../problem/model";

/**
 * [movable VM][host]: 1 where `refuses` holds; null if it holds nowhere. VMs that `concerns` leaves out are not asked
 * about: thousands of VMs by a hundred hosts are many questions.
 */
export function deniedWhere(
  model: Model,
  refuses: (vm: ModelVm, host: Host, hostIndex: number, vmIndex: number) => boolean,
  concerns: (vm: ModelVm, vmIndex: number) => boolean = () => true,
): Uint8Array | null {
  const denied = new Uint8Array(model.movable * model.hosts.length);
  let any = false;
  for (let v = 0; v < model.movable; v++) {
    if (!concerns(model.vms[v], v)) continue;
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

type Index = ReadonlyMap<string, readonly number[]>;

const indexOf = (model: Model, key: (vm: ModelVm) => string | null): Index => {
  const index = new Map<string, number[]>();
  model.vms.forEach((vm, v) => {
    const name = key(vm);
    if (name !== null) index.set(name, [...(index.get(name) ?? []), v]);
  });
  return index;
};

/** One index per model, made when it is first asked for: a cluster has hundreds of rules. */
const indices = new WeakMap<Model, { byId: Index; byName: Index }>();

function lookUp(model: Model, by: "byId" | "byName", keys: Iterable<string>): number[] {
  const index = indices.get(model) ?? {
    byId: indexOf(model, (vm) => vm.id),
    byName: indexOf(model, (vm) => vm.name),
  };
  indices.set(model, index);
  return [...new Set(keys)].flatMap((key) => index[by].get(key) ?? []).sort((a, b) => a - b);
}

/** Indices of the model's VMs with these managed object ids, ascending. */
export const indicesById = (model: Model, ids: Iterable<string>): number[] => lookUp(model, "byId", ids);

/** Indices of the model's VMs with these names, ascending. */
export const indicesByName = (model: Model, names: Iterable<string>): number[] => lookUp(model, "byName", names);

export const gigabytes = (mb: number): string => `${Math.round((mb / 1024) * 10) / 10} GB`;
