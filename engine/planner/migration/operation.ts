import type { Model } from "../problem/model";
import { OPERATION_COSTS, type OperationCost, type OperationKind } from "./limits";
import type { MigrationRequest } from "./request";

/** What a move of one VM does, beside changing its host. */
export interface Operation {
  readonly kind: OperationKind;
  readonly cost: OperationCost;
  /** Ids of every datastore concerned. */
  readonly datastores: readonly string[];
  /** Disks that move too; absent where they stay. */
  readonly storage?: { readonly from: string[]; readonly to: string; readonly sizeMb: number };
}

/** The operation that a request takes; disks of which nothing is known are charged to no datastore. */
export function operationOf(model: Model, v: number, request: MigrationRequest | null): Operation {
  const vm = model.vms[v];
  const disks = vm.inventory?.disks ?? [];
  const own = [...new Set(disks.map((disk) => disk.datastore))].sort();
  const to = request?.destinationDatastore;
  if (to === undefined) return { kind: "vmotion", cost: OPERATION_COSTS.vmotion, datastores: own };
  const moving = disks.filter((disk) => disk.datastore !== to);
  if (moving.length === 0) return { kind: "vmotion", cost: OPERATION_COSTS.vmotion, datastores: own };
  const kind =
    model.hosts[vm.current]?.id === request!.destinationHost ? "storageVmotion" : "vmotionWithoutSharedStorage";
  const from = [...new Set(moving.map((disk) => disk.datastore))].sort();
  const sizeMb = moving.reduce((sum, disk) => sum + disk.capacityMb, 0);
  return {
    kind,
    cost: OPERATION_COSTS[kind],
    datastores: [...new Set([...from, to])],
    storage: { from, to, sizeMb },
  };
}
