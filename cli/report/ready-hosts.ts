import { Declarations } from "../../engine/journal";
import { plannedIn as preparationIn, type PlannedPreparation } from "../../provider/preparation/planned";
import { preparationsOf, type PreparationSummary } from "../../provider/preparation/summary";
import { plannedIn as allocationIn, type PlannedProactive } from "../../provider/proactive/planned";

/** A HostPreparation of the cluster: what it holds now, and how it did; null where no window of it is over. */
export interface DeclaredPreparation {
  readonly owner: string;
  readonly planned: PlannedPreparation;
  readonly summary: PreparationSummary | null;
}

/** A ProactiveAllocation of the cluster. */
export interface DeclaredAllocation {
  readonly owner: string;
  readonly planned: PlannedProactive;
}

export interface ReadyHosts {
  readonly preparations: readonly DeclaredPreparation[];
  readonly allocations: readonly DeclaredAllocation[];
}

/**
 * What programs hold ready in a cluster, by the journal.
 * @param cluster the inventory's source, a slash and the cluster's id
 * @param asOf epoch seconds until which what was held is counted
 */
export async function readyHostsOf(
  journal: string,
  source: string,
  cluster: string,
  asOf: number,
): Promise<ReadyHosts> {
  const declared = (await new Declarations(journal).of(source)).filter((each) => each.cluster === cluster);
  const summaries = await preparationsOf(journal, source, asOf);
  return {
    preparations: declared.flatMap(({ owner, kind, state }) => {
      const planned = kind === "HostPreparation" ? preparationIn(state) : null;
      return planned ? [{ owner, planned, summary: summaries.find((each) => each.owner === owner) ?? null }] : [];
    }),
    allocations: declared.flatMap(({ owner, kind, state }) => {
      const planned = kind === "ProactiveAllocation" ? allocationIn(state) : null;
      return planned ? [{ owner, planned }] : [];
    }),
  };
}
