import type { HostService } from "../../models/relations";
import { COST_UNIT } from "../plan";
import type { Model } from "../problem/model";
import type { Comparison } from "./comparison";
import type { Objective } from "./objective";
import { workOf } from "./work";

type Choose = (model: Model) => HostService | null | undefined;

/** [profile][host of the model] share of its work that a VM of the profile loses there, against the best of the hosts. */
function lossesOf({ assessment, hosts }: Model, { subjects, performance }: HostService): Float64Array {
  const { ids } = assessment.hosts;
  const rows = hosts.map(({ id }) => ids.indexOf(id));
  const losses = new Float64Array(subjects.length * hosts.length);
  for (let p = 0; p < subjects.length; p++) {
    const of = rows.map((row) => (row < 0 ? Number.NaN : performance[p * ids.length + row]));
    const best = Math.max(...of.filter((value) => value > 0));
    of.forEach((value, h) => (losses[p * hosts.length + h] = value > 0 && best > 0 ? 1 - value / best : 0));
  }
  return losses;
}

/** What a VM does worse on a host than on the one that serves it best is demand that is not met. */
const hostService = (
  definition: Pick<Objective, "name" | "title" | "description" | "reads">,
  pick: Choose,
): Objective => ({
  ...definition,
  bind(state, weight) {
    const { model, units, hosts } = state.problem;
    const known = pick(model);
    if (weight === 0 || !known?.profileOf.some((profile) => profile >= 0)) return null;
    const losses = lossesOf(model, known);
    const work = workOf(model);
    const rows: (Float64Array | null)[] = units.vms.map((members) => {
      const concerned = members.filter((v) => model.vms[v].row >= 0 && known.profileOf[model.vms[v].row] >= 0);
      if (concerned.length === 0) return null;
      return Float64Array.from({ length: hosts }, (_, h) =>
        concerned.reduce((sum, v) => {
          const loss = losses[known.profileOf[model.vms[v].row] * hosts + h];
          return sum + Math.round(weight * COST_UNIT * work[v] * loss);
        }, 0),
      );
    });
    const cost = (unit: number, host: number): number => (host < 0 ? 0 : (rows[unit]?.[host] ?? 0));
    return {
      name: definition.name,
      pairwise: true,
      total: () => state.hostOf.reduce((sum, host, unit) => sum + cost(unit, host), 0),
      delta: (unit, from, to) => cost(unit, to) - cost(unit, from),
      concerns: (unit) => rows[unit] !== null,
      addDeltas(unit, from, _relief, _intakes, into, at) {
        const row = rows[unit];
        if (!row) return;
        const here = cost(unit, from);
        for (let h = 0; h < hosts; h++) into[at + h] += row[h] - here;
      },
    };
  },
  better: (comparison) => served(comparison, pick) ?? `serves it better than ${comparison.there.host.name}`,
  worse: (comparison) => {
    const words = served(comparison, pick);
    const { name } = comparison.here.host;
    return words === null ? `is served better on ${name}` : `${name} ${words}`;
  },
});

/** "serves backup 1.6 times as well as esx-3"; null where that isn't known. */
function served({ model, vm, here, there }: Comparison, pick: Choose): string | null {
  const known = pick(model);
  const profile = vm.row < 0 || !known ? -1 : known.profileOf[vm.row];
  if (!known || profile < 0) return null;
  const { ids } = model.assessment.hosts;
  const of = (id: string) => known.performance[profile * ids.length + ids.indexOf(id)];
  const ratio = of(here.host.id) / of(there.host.id);
  if (!(ratio > 1)) return null;
  return `serves ${known.subjects[profile]} ${ratio.toFixed(2)} times as well as ${there.host.name}`;
}

/** Which hosts served a VM's application or user well, by the history of requests. */
export const hostPreference = hostService(
  {
    name: "hostPreference",
    title: "Hosts that serve an application or a user well",
    description:
      "Work that VMs are expected to do worse than on the host that serves their application or user best, by what requests were served there.",
    reads: [
      "assessment: the trained model `profile/preferences`",
      "request: `application` and `user` of VMs and groups; tags or attributes of the inventory (application, app, user, owner)",
      "assessment: CPU forecasts of the VMs",
    ],
  },
  ({ assessment }) => assessment.hostPreference,
);

/** How VMs of each workload class fared on each host. */
export const classAffinity = hostService(
  {
    name: "classAffinity",
    title: "Hosts that serve a workload class well",
    description:
      "Work that VMs are expected to do worse than on the host where VMs of their class waited least for a processor. Off by default.",
    reads: ["assessment: the trained model `workload/affinity`", "assessment: CPU forecasts of the VMs"],
  },
  ({ assessment }) => assessment.classAffinity,
);
