import { toleratedRisk } from "../objectives/host-risk";
import { crowdedHosts } from "../problem/crowded";
import type { Model } from "../problem/model";
import { isOpen } from "./tables";

export interface Need {
  /** Slots of the horizon, and the level in them, from which a host is crowded: see {@link crowdedHosts}. */
  readonly within: number;
  readonly level?: number;
  /** Times the tolerated risk from which a host is likely to fail. */
  readonly likelier?: number;
}

/** [host] whether it needs relief: it can't keep its VMs, is crowded, or is likely to fail. */
export function hostsInNeed(model: Model, { within, level, likelier = 1 }: Need): boolean[] {
  const crowded = crowdedHosts(model, within, level);
  const tolerated = likelier * toleratedRisk(model);
  return model.hosts.map((host, h) => crowded[h] || !isOpen(host) || (model.risks[h].probability ?? 0) > tolerated);
}
