import { AffinityError } from "../../engine/errors";
import { PreparationLog } from "../../engine/journal";
import {
  keyOfAsker,
  keyOfRecord,
  type NextRequest,
  predictRequest,
  type RequestKey,
  type RequestRecord,
  WINDOW_MINUTES,
} from "../../engine/models/profile";
import { amountsOf, chooseWindow, planPreparation, type PreparationPlan } from "../../engine/planner/preparation";
import { listNames } from "../../engine/planner/wording";
import { findCluster } from "../../engine/snapshot";
import type { Settings } from "../settings";
import { instantOf, withWorld, type World } from "../world";
import { clusterKey } from "../placement/promises";
import { busyHosts, failedHosts, preferencesOf } from "./evidence";
import { historyOf } from "./history";
import { parseInputs, poolNameOf, type PreparationInputs, sameUserInputs, userInputs } from "./inputs";
import { disksOf, plannedIn, type PlannedPreparation } from "./planned";
import { probeKindOf } from "./probe-kind";
import { decideOnce, type Question } from "./proposal";
import { requestModelOf } from "./request-model";

type State = Readonly<Record<string, unknown>>;

/**
 * Asks the model of requests whether hosts are to be prepared, and which, and returns the answer as inputs: it shows in
 * the preview and policies judge it.
 * @param now epoch seconds
 * @throws AffinityError PREPARATION_INVALID, PREPARATION_HISTORY_MISSING, PREPARATION_AMOUNT_UNKNOWN,
 * PREPARATION_NEEDS_DRS, and those of the settings and the world.
 */
export async function checkPreparation(
  olds: State,
  news: State,
  settings: Settings,
  now: number,
  { asShown = false }: CheckOptions = {},
): Promise<State> {
  const user = userInputs(news);
  const inputs = parseInputs(user);
  const before = sameUserInputs(olds, news) ? plannedIn(olds) : null;
  const history = await historyOf(settings);
  return withWorld(settings, async (world) => {
    const asOf = await minuteOf(settings, world, now);
    const decide = (instant: number, shown: readonly string[]) =>
      planned({ inputs, history, before, asOf: instant }, shown, settings, world);
    const question = { inputs, before, history, asOf };
    const decision = asShown ? await decideOnce(question, world, settings, decide) : await decide(asOf, []);
    return { ...user, ...decision };
  });
}

export interface CheckOptions {
  /** What a preview showed a moment ago is decided again the same way; false (scheduled runs): always anew. */
  readonly asShown?: boolean;
}

/** Requests come by the minute: the plan's step is too coarse for them. */
async function minuteOf(settings: Settings, world: World, now: number): Promise<number> {
  return settings.asOf === "now" ? Math.floor(now / 60) * 60 : instantOf(settings, world, now);
}

async function planned(
  { inputs, history, before, asOf }: Question,
  shown: readonly string[],
  settings: Settings,
  world: World,
): Promise<PlannedPreparation> {
  const { snapshot } = world;
  const cluster = findCluster(snapshot, inputs.cluster);
  if (!cluster.drs.enabled || cluster.resourcePool === null) {
    throw new AffinityError({
      code: "PREPARATION_NEEDS_DRS",
      message: `the cluster ${cluster.name} can have no resource pools: DRS is off`,
      hint: "turn DRS on (manual will do), or prepare hosts of another cluster",
    });
  }
  const asker = { user: inputs.user, application: inputs.application };
  const key = keyOfAsker(asker);
  const name = keyOfRecord({ user: inputs.user ?? "", application: inputs.application ?? "" }, key);
  const { model, name: modelName } = await requestModelOf(settings, snapshot, key);
  const windows = inputs.windowMinutes / WINDOW_MINUTES;
  const next = predictRequest(history, asker, asOf, { model, windows });
  // Whoever has a history is told now what it lacks, and not when a request is likely for the first time.
  const amounts = next && amountsOf(inputs, history, { key, name }, asOf);
  const likely = next !== null && next.probability > inputs.preparationThreshold;
  const inForce = before?.prepared && before.since && before.until ? before : null;
  const last = inForce && { since: seconds(inForce.since!), until: seconds(inForce.until!) };
  const choice = chooseWindow(likely, last, asOf, inputs.windowMinutes * 60);
  const base = { source: snapshot.source.name, clusterId: cluster.id, pool: poolNameOf(inputs), model: modelName };
  const probability = next && round(next.probability);
  const said = {
    ...base,
    probability,
    evidence: chanceOf(inputs, name, next, modelName) + strangerIn(history, name, key),
  };
  const none = { prepared: null, since: null, until: null };
  if (choice.window === null) return { ...said, ...none };
  // Until its window is over, what was prepared waits as it is.
  if (choice.because === "window not over" || amounts === null) return { ...inForce!, ...base };
  const log = new PreparationLog(settings.journal);
  const kind = probeKindOf(inputs.probe, snapshot, cluster);
  const probes = (await log.probes(clusterKey(snapshot, cluster))).filter((probe) => probe.kind === kind);
  const hosts = snapshot.hosts.filter((host) => host.cluster === cluster.id).map(({ id }) => id);
  const plan = planPreparation(inputs, amounts, {
    ...{ snapshot, cluster },
    scores: preferencesOf(key, asker, history, probes, snapshot, asOf).scores(name, hosts, asOf),
    busy: await busyHosts(world.telemetry, snapshot, cluster, asOf),
    failed: failedHosts(probes, asOf),
    incumbents: new Set(inForce?.prepared?.hosts.map(({ hostId }) => hostId) ?? shown),
    pool:
      snapshot.resourcePools.find((pool) => pool.parent === cluster.resourcePool && pool.name === base.pool)?.id ??
      null,
    disks: disksOf(inForce?.prepared ?? null),
  });
  const evidence = [said.evidence, ...plan.shortfalls].join("; ");
  if (plan.hosts.length === 0) return { ...said, ...none, evidence };
  const { window } = choice;
  // The words go with the window that they are about; else every run would show a difference.
  const kept = inForce && window.until === last!.until;
  return {
    ...base,
    prepared: preparedOf(plan),
    since: iso(window.since),
    until: iso(window.until),
    probability: kept ? inForce.probability : probability,
    evidence: kept ? inForce.evidence : evidence,
  };
}

const preparedOf = ({ hosts, cpuMhz, memoryMib, datastoreGib }: PreparationPlan) => ({
  hosts: hosts.map(({ id, name, score, datastore }) => ({ host: name, hostId: id, score, datastoreId: datastore })),
  ...{ cpuMhz, memoryMib, datastoreGib },
});

/** Whom the history does know, where it doesn't know the asker: the name may have been mistyped. */
function strangerIn(history: readonly RequestRecord[], name: string, key: RequestKey): string {
  const known = new Set(history.map((record) => keyOfRecord(record, key)));
  if (known.has(name)) return "";
  return known.size === 0 ? "; the history is empty" : `; the history names ${listNames([...known].sort())}`;
}

function chanceOf(inputs: PreparationInputs, name: string, next: NextRequest | null, model: string): string {
  if (next === null) return `${name} has asked in fewer than two windows of the history: there is nothing to go by`;
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  const { probability, windowsSeen, reasons } = next;
  const [most] = reasons;
  const because = most ? `; ${most.feature} of ${Number(most.value.toPrecision(3))} says most` : "";
  const against = `${probability > inputs.preparationThreshold ? "above" : "not above"} ${percent(inputs.preparationThreshold)}`;
  return (
    `${name} asks within ${inputs.windowMinutes} min with ${percent(probability)}, ${against} ` +
    `(${model}, ${windowsSeen} windows with requests${because})`
  );
}

const round = (value: number) => Math.round(value * 1e6) / 1e6;
const seconds = (text: string) => Math.floor(Date.parse(text) / 1000);
const iso = (at: number) => new Date(at * 1000).toISOString();
