import type { PlacedVm, Plan } from "../../engine/planner/plan";
import { lazy } from "../lazy";
import { percent } from "../plan-table";

/** The class of a VM's workload, and how the host that it goes to serves that class. */
export interface VmWorkload {
  readonly class: string;
  /** 0 to 1: 1 is at the centre of its class. */
  readonly certainty: number;
  /** Of the plan's host for the class, 0 to 1; null where the model doesn't know the host. */
  readonly affinity: number | null;
  /** Its place among the plan's hosts, the best is 1. */
  readonly rank: number | null;
  readonly best: { readonly host: string; readonly affinity: number } | null;
}

/**
 * What the trained `workload/affinity` says of a VM; null where there is none, or it is no better than its baseline, or
 * had too little history of the VM.
 * @param folder of trained models
 */
export async function workloadOf(folder: string, plan: Plan, { id, hostId }: PlacedVm): Promise<VmWorkload | null> {
  const { workloadAffinity: model } = lazy.training().TRAINABLES;
  const found = await new (lazy.modelStore().ModelStore)(folder).load(model.name, model.schema);
  if (found.file === null || !model.serves(found.file) || id === null) return null;
  const known = found.file.virtualMachines[id];
  if (!known) return null;
  const scores = new Map(
    found.file.profiles
      .find(({ subject }) => subject === known.class)
      ?.affinityScores.map(({ host, score }) => [host, score]),
  );
  const ranked = plan.hosts
    .flatMap(({ id: host, name }) => {
      const affinity = scores.get(host);
      return affinity === undefined ? [] : [{ id: host, host: name, affinity }];
    })
    .sort((a, b) => b.affinity - a.affinity || (a.host < b.host ? -1 : 1));
  const at = ranked.findIndex((each) => each.id === hostId);
  return {
    ...known,
    affinity: at < 0 ? null : ranked[at].affinity,
    rank: at < 0 ? null : at + 1,
    best: ranked.length === 0 ? null : { host: ranked[0].host, affinity: ranked[0].affinity },
  };
}

/** The same in a line. */
export function workloadLine({ class: name, certainty, affinity, rank, best }: VmWorkload, { host }: PlacedVm): string {
  const kind = `workload ${name} (certainty ${percent(certainty)})`;
  if (affinity === null || rank === null || best === null) return kind;
  if (rank === 1) return `${kind}; no host serves that class better than ${host} (affinity ${affinity.toFixed(3)})`;
  return `${kind}; ${host} serves that class with an affinity of ${affinity.toFixed(3)}, the best host is ${best.host} with ${best.affinity.toFixed(3)}`;
}
