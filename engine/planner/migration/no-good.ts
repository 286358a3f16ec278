import { maskForm } from "../constraints/checks/mask";
import type { ActiveConstraint } from "../constraints/constraint";
import type { Model } from "../problem/model";

/** A VM that can't get to a host from where it is, whatever the order of moves. */
export interface NoGood {
  readonly vm: number;
  /** -1: anywhere but where it is. */
  readonly host: number;
  readonly because: string;
}

/** The no-goods as a hard constraint, so that the solver chooses another target. */
export function reachability(model: Model, noGoods: readonly NoGood[]): ActiveConstraint[] {
  if (noGoods.length === 0) return [];
  const hosts = model.hosts.length;
  const denied = new Uint8Array(model.movable * hosts);
  const reasons = new Map<string, string>();
  for (const { vm, host, because } of noGoods) {
    for (let h = 0; h < hosts; h++) {
      if (host >= 0 ? h !== host : h === model.vms[vm].current) continue;
      denied[vm * hosts + h] = 1;
      reasons.set(`${model.vms[vm].name}\u0000${h}`, because);
    }
  }
  const indexOf = new Map(model.hosts.map((host, h) => [host.id, h]));
  return [
    {
      constraint: "reachability",
      name: "reachability",
      origin: "world",
      hard: true,
      form: maskForm(denied),
      only: () => "that an order of moves leads to",
      because(vm, host) {
        const why = vm && host ? reasons.get(`${vm.name}\u0000${indexOf.get(host.id)}`) : undefined;
        return `no order of moves leads there${why ? `: ${why}` : ""}`;
      },
    },
  ];
}
