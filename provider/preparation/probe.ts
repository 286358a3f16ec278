import { randomUUID } from "node:crypto";
import { AffinityError } from "../../engine/errors";
import type { Probe } from "../../engine/planner/preparation";
import type { Acting } from "../acting";
import { VimFault } from "../vsphere/errors";
import type { EndedTask } from "../vsphere";
import { annotationOf } from "./annotation";
import type { Site } from "./site";

/** How a shadow request went on a host. */
export interface ProbeOutcome {
  readonly hostId: string;
  /** From the first call until it was powered on; null where it was not. */
  readonly seconds: number | null;
  /** Why it was not. */
  readonly text: string;
}

export interface ProbePlace {
  readonly hostId: string;
  readonly poolId: string;
  readonly datastore: { readonly id: string; readonly name: string };
  /** Id of what it is cloned from; null for a small VM without a disk. */
  readonly template: string | null;
}

/**
 * The shadow request: a VM is made on the host in the prepared pool, powered on, timed by vCenter's clock, and removed,
 * whatever comes of it. Its name is nobody else's and stands in the log's intent, which stays open until the VM is gone:
 * a run that is killed meanwhile leaves it to the next one to remove.
 * @throws AffinityError PREPARATION_PROBE_LEFT where it can't be removed, and those of the connection
 */
export function runProbe(site: Site, probe: Probe, place: ProbePlace): Promise<ProbeOutcome> {
  const { acting, cluster } = site;
  const name = `affinity-probe-${randomUUID().slice(0, 13)}`;
  const detail = { host: place.hostId, pool: place.poolId, template: place.template };
  return acting.logged({ kind: "probe", subject: name, cluster: cluster.id, detail }, async () => {
    let outcome: ProbeOutcome;
    try {
      outcome = { hostId: place.hostId, seconds: await timed(site, probe, place, name), text: "" };
    } catch (error) {
      await removeProbe(acting.actions, cluster.id, name, place.template, probe.timeoutSeconds);
      if (!isTheHosts(error)) throw error;
      return { hostId: place.hostId, seconds: null, text: error.message };
    }
    await removeProbe(acting.actions, cluster.id, name, place.template, probe.timeoutSeconds);
    return outcome;
  });
}

/** Seconds until it runs on the host. */
async function timed(site: Site, probe: Probe, place: ProbePlace, name: string): Promise<number> {
  const { acting, owner, cluster } = site;
  const { machines } = acting.actions;
  const options = { timeoutSeconds: probe.timeoutSeconds };
  const { hostId, poolId, datastore, template } = place;
  const draft = {
    ...{ name, annotation: annotationOf(owner), cluster: cluster.id, pool: poolId, host: hostId },
    ...{ datastore: datastore.id, vcpus: probe.vcpus, memoryMib: probe.memoryMib },
  };
  const begin = performance.now();
  const made =
    template === null
      ? await machines.create(draft, datastore.name, options)
      : await machines.clone(template, draft, options);
  const found = await machines.find(cluster.id, name);
  if (found === null) throw notReady(`the probe was made, and isn't there`);
  const on = await machines.powerOn(found.id, hostId, options);
  const wall = (performance.now() - begin) / 1000;
  const now = await machines.find(cluster.id, name);
  if (!now?.poweredOn) throw notReady("the probe was powered on, and doesn't run");
  if (now.host !== hostId) throw notReady(`the probe runs on ${now.host ?? "no host"}: DRS placed it elsewhere`);
  return byVcenter([made, on]) ?? wall;
}

const byVcenter = (tasks: readonly EndedTask[]): number | null =>
  tasks.reduce<number | null>((sum, { seconds }) => (sum === null || seconds === null ? null : sum + seconds), 0);

const notReady = (message: string) => new AffinityError({ code: "PREPARATION_NOT_READY", message });

/** Errors that speak of the host's readiness, not of the way to the vCenter. */
const THE_HOSTS = new Set(["VCENTER_TASK_FAILED", "VCENTER_TIMEOUT", "PREPARATION_NOT_READY"]);
const isTheHosts = (error: unknown): error is AffinityError =>
  error instanceof AffinityError && (THE_HOSTS.has(error.code) || isInsufficient(error));
const isInsufficient = (error: AffinityError) => error instanceof VimFault && error.fault.startsWith("Insufficient");

/**
 * Removes a probe, also one that is only being made: tasks under way are waited for.
 * @returns whether there was one
 * @throws AffinityError PREPARATION_PROBE_LEFT
 */
export async function removeProbe(
  { machines }: Acting["actions"],
  cluster: string,
  name: string,
  template: string | null,
  timeoutSeconds = 300,
  signal?: AbortSignal,
): Promise<boolean> {
  const options = { timeoutSeconds, signal };
  try {
    await machines.settle(cluster, template, options);
    const found = await machines.find(cluster, name, signal);
    if (found === null) return false;
    await machines.remove(found, options);
    if ((await machines.find(cluster, name, signal)) === null) return true;
  } catch (cause) {
    if (!(cause instanceof AffinityError)) throw cause;
    throw left(name, cause);
  }
  throw left(name);
}

const left = (name: string, cause?: unknown) =>
  new AffinityError({
    code: "PREPARATION_PROBE_LEFT",
    message: `the shadow request "${name}" could not be removed`,
    hint: "the next run tries again; it is a VM of that name in the datacenter's VM folder",
    cause,
  });
