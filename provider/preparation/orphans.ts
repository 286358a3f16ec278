import type { Declaration, LoggedAction } from "../../engine/journal";
import { actionLogOf, withActions } from "../acting";
import type { Finding } from "../reconcile/finding";
import type { Settings } from "../settings";
import { removePlaceholders } from "./placeholders";
import { releasePool } from "./pool";
import { childPool, snapshotOf } from "./read";
import { ownPool, siteOf } from "./site";

/** Pools that the log says were made, and not removed, by owners that have declared nothing. */
export async function undeclaredPools(
  settings: Pick<Settings, "journal">,
  source: string,
  declarations: readonly Declaration[],
): Promise<LoggedAction[]> {
  const declared = new Set(
    declarations.filter(({ kind }) => kind === "HostPreparation").map(({ owner, cluster }) => `${owner}\n${cluster}`),
  );
  const newest = new Map<string, LoggedAction>();
  for (const action of await actionLogOf(settings.journal).actions()) {
    if (!/^(create|edit|remove)-pool$/.test(action.kind) || !action.cluster.startsWith(`${source}/`)) continue;
    if (action.outcome?.result === "failed" || declared.has(`${action.owner}\n${action.cluster}`)) continue;
    newest.set(`${action.cluster}\n${action.owner}\n${action.subject}`, action);
  }
  return [...newest.values()].filter(({ kind }) => kind !== "remove-pool");
}

/**
 * A run that was killed while it made a resource leaves a pool that no state and no declaration knows: it reserves room
 * for nobody. Gives it back, or says that it is there.
 */
export async function reconcileOrphan(
  { owner, cluster, subject }: LoggedAction,
  settings: Settings,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Finding[]> {
  const clusterId = cluster.slice(cluster.lastIndexOf("/") + 1);
  const snapshot = await snapshotOf(settings);
  const here = snapshot.clusters.find(({ id }) => id === clusterId);
  const found = here ? childPool(snapshot, here, subject) : null;
  if (found === null) return [];
  if (!dryRun) {
    await withActions(settings, owner, async (acting) => {
      const site = siteOf(acting, owner, clusterId, subject);
      if ((await ownPool(site, null)) === null) return;
      await removePlaceholders(site);
      await releasePool(site, null, true);
    });
  }
  const holds = `${found.cpuReservationMhz} MHz and ${found.memoryReservationMb} MiB`;
  const outcome = dryRun ? "pending" : "done";
  const detail = `"${subject}" reserves ${holds} without its resource`;
  return [{ owner, kind: "HostPreparation", class: "pool-stale", detail, outcome, text: "" }];
}
