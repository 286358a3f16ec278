import { isOpen } from "../constraints/tables";
import { COST_UNIT } from "../plan";
import type { Model } from "../problem/model";
import type { Objective } from "./objective";

/** Share of a host's memory that should be free, for the VMs of lost hosts to restart: what HA sets aside, or one host's. */
export function restartShare({ cluster, hosts }: Model): number {
  const { enabled, admissionControl: policy } = cluster.ha;
  if (enabled && policy.policy === "percentage") return policy.memoryPercent / 100;
  const lost = enabled && policy.policy === "hostFailures" ? policy.hosts : 1;
  return hosts.length === 0 ? 0 : Math.min(1, lost / hosts.length);
}

/**
 * Squared shortfall of a host's free memory, as configured, from its part of the restart room: a host that has none of
 * it left costs the weight times COST_UNIT. Room that is spread evenly takes more VMs than the same room in one place
 * that is itself lost.
 */
export const headroom: Objective = {
  name: "headroom",
  title: "Headroom for restarts",
  description:
    "Memory that each host should keep free for restarts after a loss: HA's share, or else that of one host. Off by default.",
  reads: ["inventory: memory of hosts and VMs, HA settings of the cluster", "config.memoryOvercommit"],
  bind(state, weight) {
    const { model, units, hosts } = state.problem;
    const share = restartShare(model);
    if (weight === 0 || share === 0) return null;
    const room = model.hosts.map((host) =>
      isOpen(host) && host.memoryMb !== null ? host.memoryMb * model.request.config.memoryOvercommit : Infinity,
    );
    const memory = (v: number): number => Math.ceil(model.vms[v].memoryMb ?? 0);
    const sizes = Float64Array.from(units.vms, (members) => members.reduce((sum, v) => sum + memory(v), 0));
    const used = new Float64Array(hosts);
    for (let v = model.movable; v < model.vms.length; v++) used[model.vms[v].current] += memory(v);
    state.follow({
      place: (unit, host) => void (used[host] += sizes[unit]),
      remove: (unit, host) => void (used[host] -= sizes[unit]),
    });
    const cost = (host: number, use: number): number => {
      if (room[host] === Infinity) return 0;
      const short = Math.max(0, share - (room[host] - use) / room[host]) / share;
      return Math.round(weight * COST_UNIT * short * short);
    };
    return {
      name: "headroom",
      total: () => used.reduce((sum, use, host) => sum + cost(host, use), 0),
      delta(unit, from, to) {
        let change = 0;
        if (from >= 0) change += cost(from, used[from] - sizes[unit]) - cost(from, used[from]);
        if (to >= 0) change += cost(to, used[to] + sizes[unit]) - cost(to, used[to]);
        return change;
      },
      burdened: () => Array.from({ length: hosts }, (_, h) => h).filter((h) => cost(h, used[h]) > 0),
    };
  },
  better: ({ there }) => `leaves more memory for restarts where it is short, on ${there.host.name}`,
  worse: () => `takes memory that is kept for restarts`,
};
