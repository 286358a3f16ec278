import { canonicalJson } from "../../engine/digest";
import { PreparationLog } from "../../engine/journal";
import { chooseDatastore, type Probe } from "../../engine/planner/preparation";
import { withActions } from "../acting";
import type { Settings } from "../settings";
import { medianSeconds } from "./evidence";
import { parseInputs, type PreparationInputs, sameUserInputs } from "./inputs";
import { ensurePlaceholders, removePlaceholders } from "./placeholders";
import { plannedIn, type PlannedPreparation, type Prepared, type Readiness, reservationOf } from "./planned";
import { ensurePool, releasePool } from "./pool";
import { type ProbeOutcome, runProbe } from "./probe";
import { probeKindOf, templateOf } from "./probe-kind";
import { type Site, siteOf } from "./site";
import { overheadNow, track } from "./track";

type State = Readonly<Record<string, unknown>>;
const KIND = "HostPreparation";

/** What of a preparation's state differs: what was asked, the hosts and their window, or what a refresh found. */
export function diffPreparation(olds: State, news: State): boolean {
  if (!sameUserInputs(olds, news)) return true;
  if (Array.isArray(olds.drift) && olds.drift.length > 0) return true;
  const decision = (planned: PlannedPreparation | null) =>
    planned && [planned.pool, planned.until, planned.prepared && essenceOf(planned.prepared)];
  return canonicalJson(decision(plannedIn(olds))) !== canonicalJson(decision(plannedIn(news)));
}

/** Scores, and with them the order of the hosts, move with every observation: what is reserved, and where, is what counts. */
const essenceOf = ({ hosts, cpuMhz, memoryMib }: Prepared) => [
  hosts.map(({ hostId, datastoreId }) => `${hostId} ${datastoreId}`).sort(),
  ...[cpuMhz, memoryMib],
];

/**
 * Makes the vCenter have what was planned, and only that of this resource: pool, placeholder disks, one shadow request
 * for each host that was not prepared before; or gives it all back. Done again after a crash, it ends the same.
 * @param now epoch seconds
 * @throws AffinityError PREPARATION_NO_ROOM, PREPARATION_POOL_EXISTS, PREPARATION_NAME_TAKEN, PREPARATION_PROBE_LEFT,
 * PREPARATION_UNVERIFIED, those of the vCenter and of the journal.
 */
export async function applyPreparation(olds: State, inputs: State, settings: Settings, now: number): Promise<State> {
  const planned = plannedIn(inputs);
  if (planned === null) throw new Error("the host preparation has no plan: its inputs did not come from check");
  const request = parseInputs(inputs);
  return withActions(settings, request.owner, async (acting) => {
    const site = siteOf(acting, request.owner, planned.clusterId, planned.pool);
    const before = plannedIn(olds);
    // Another name is another pool: the old one goes first, for its reservation may be needed.
    if (before && before.clusterId === planned.clusterId && before.pool !== planned.pool) {
      await release({ ...site, pool: before.pool }, olds.poolId, true);
    }
    const done = planned.prepared
      ? await prepare(site, request, planned.prepared, { olds, planned, settings, now })
      : { poolId: await release(site, olds.poolId), ready: [] };
    const record = await track(settings, inputs, now);
    const overhead = await overheadNow(acting.log, planned.source, request.owner, now);
    const state = { ...inputs, ...done, record, overhead, drift: [] };
    const cluster = `${planned.source}/${planned.clusterId}`;
    await acting.declarations.save({ owner: request.owner, kind: KIND, cluster, state });
    return state;
  });
}

interface Occasion {
  readonly olds: State;
  readonly planned: PlannedPreparation;
  readonly settings: Settings;
  readonly now: number;
}

async function prepare(site: Site, request: PreparationInputs, prepared: Prepared, occasion: Occasion) {
  const poolId = await ensurePool(site, reservationOf(prepared), occasion.olds.poolId);
  await ensurePlaceholders(site, prepared, poolId, request.placeholder === "eagerZeroedThick");
  return { poolId, ready: await probed(site, request, prepared, poolId, occasion) };
}

async function release(site: Site, poolId: unknown, always = false): Promise<string | null> {
  await removePlaceholders(site);
  return releasePool(site, poolId, always);
}

/** Asks each host that was not asked in this preparation yet whether it is ready. */
async function probed(
  site: Site,
  request: PreparationInputs,
  prepared: Prepared,
  poolId: string,
  { olds, planned, settings, now }: Occasion,
): Promise<Readiness[]> {
  const { probe } = request;
  if (probe === false) {
    const untried = { ready: null, seconds: null, expectedSeconds: null, text: "" };
    return prepared.hosts.map(({ host, hostId }) => ({ host, hostId, ...untried }));
  }
  const { snapshot } = site.acting;
  const known =
    plannedIn(olds)?.since === planned.since && Array.isArray(olds.ready) ? (olds.ready as Readiness[]) : [];
  const kind = probeKindOf(probe, snapshot, site.cluster)!;
  const cluster = `${planned.source}/${planned.clusterId}`;
  const log = new PreparationLog(settings.journal);
  const outcomes = new Map<string, ProbeOutcome>();
  for (const { hostId } of prepared.hosts) {
    if (known.some((each) => each.hostId === hostId && each.ready === true)) continue;
    const outcome = await probeOn(site, request, probe, hostId, poolId);
    outcomes.set(hostId, outcome);
    await log.recordProbes([{ cluster, host: hostId, kind, at: now, seconds: outcome.seconds }]);
  }
  const all = (await log.probes(cluster)).filter((each) => each.kind === kind);
  const expectedSeconds = medianSeconds(all);
  return prepared.hosts.map(({ host, hostId }): Readiness => {
    const outcome = outcomes.get(hostId);
    if (!outcome) return { ...known.find((each) => each.hostId === hostId)!, host };
    const { seconds, text } = outcome;
    return { host, hostId, ready: seconds !== null, seconds, expectedSeconds, text };
  });
}

async function probeOn(
  site: Site,
  request: PreparationInputs,
  probe: Probe,
  hostId: string,
  poolId: string,
): Promise<ProbeOutcome> {
  const { snapshot } = site.acting;
  const host = snapshot.hosts.find(({ id }) => id === hostId);
  if (!host) return { hostId, seconds: null, text: "the host is not there any more" };
  const id = chooseDatastore(request, host, snapshot, PROBE_GIB, new Map(), new Map());
  if (id === null) return { hostId, seconds: null, text: "no datastore that it reaches has room for a probe" };
  const datastore = { id, name: snapshot.datastores.find((each) => each.id === id)!.name };
  return runProbe(site, probe, { hostId, poolId, datastore, template: templateOf(probe, snapshot, site.cluster) });
}

/** Room for the files of a small VM; a template's clone that finds too little fails as the request would. */
const PROBE_GIB = 1;

/** Gives everything back: pool, placeholder disks, the declaration. */
export async function removePreparation(state: State, settings: Settings): Promise<void> {
  const planned = plannedIn(state);
  if (planned === null) return;
  const owner = String(state.owner);
  await withActions(settings, owner, async (acting) => {
    if (acting.snapshot.clusters.some(({ id }) => id === planned.clusterId)) {
      await release(siteOf(acting, owner, planned.clusterId, planned.pool), state.poolId, true);
    }
    await acting.declarations.withdraw(owner, KIND, `${planned.source}/${planned.clusterId}`);
  });
}
