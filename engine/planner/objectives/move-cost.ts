import { migrationOf, vmMemory } from "../migration/vm-memory";
import { COST_UNIT } from "../plan";
import { CRITICALITY_WEIGHT, type Model } from "../problem/model";
import type { Objective } from "./objective";

/**
 * [movable VM] what a vMotion from where it runs would copy, as a share of a host's memory, by how much an interruption of the
 * VM matters (a normal one counts once); 0 for one that is off.
 */
function copiedShares(model: Model): Float64Array {
  const { migration } = model.request.config;
  const known = model.hosts.flatMap(({ memoryMb }) => (memoryMb === null ? [] : [memoryMb]));
  const host = known.reduce((a, b) => a + b, 0) / known.length;
  return Float64Array.from({ length: model.movable }, (_, v) => {
    const { current, inventory, criticality } = model.vms[v];
    if (current < 0 || inventory?.power === "poweredOff" || known.length === 0) return 0;
    const { copiedMb } = migrationOf(vmMemory(model, v, migration), migration.networkGbps, migration, 0);
    return ((copiedMb / host) * CRITICALITY_WEIGHT[criticality]) / CRITICALITY_WEIGHT.normal;
  });
}

/**
 * Cost of copying what moves: the memory that all rounds of the pre-copy send, by the VM's size and forecast dirty rate,
 * as a share of a host's memory, weighed by the VM's criticality. It comes beside the threshold, which is the same for every
 * VM.
 */
export const moveCost: Objective = {
  name: "moveCost",
  title: "Cost of moving",
  description:
    "Memory that the vMotions copy, with what is written meanwhile: a large, busy or critical VM moves only for a larger gain.",
  reads: [
    "inventory: memory and hosts of the VMs",
    "criticality of the VMs, in the request or as a tag",
    "assessment: CPU forecasts of the VMs, for the dirty rate",
    "config.migration",
  ],
  bind(state, weight) {
    const { model, units, hosts } = state.problem;
    if (weight === 0 || !model.vms.slice(0, model.movable).some(({ current }) => current >= 0)) return null;
    const prices = copiedShares(model).map((share) => Math.round(share * weight * COST_UNIT));
    const cost = (unit: number, host: number): number => {
      if (host < 0) return 0;
      let sum = 0;
      for (const v of units.vms[unit]) {
        const { current, kept } = model.vms[v];
        if (current !== host && kept !== host) sum += prices[v];
      }
      return sum;
    };
    return {
      name: "moveCost",
      pairwise: true,
      total: () => state.hostOf.reduce((sum, host, unit) => sum + cost(unit, host), 0),
      delta: (unit, from, to) => cost(unit, to) - cost(unit, from),
      addDeltas(unit, from, _relief, _intakes, into, at) {
        const here = cost(unit, from);
        for (const v of units.vms[unit]) {
          const { current, kept } = model.vms[v];
          for (let h = 0; h < hosts; h++) if (h !== current && h !== kept) into[at + h] += prices[v];
        }
        for (let h = 0; h < hosts; h++) into[at + h] -= here;
      },
    };
  },
  better: ({ there }) => `needs less copying than on ${there.host.name}`,
  worse: ({ here }) => `is copied sooner on ${here.host.name}`,
};
