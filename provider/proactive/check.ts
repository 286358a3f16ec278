import { AffinityError } from "../../engine/errors";
import {
  GROUP_RISK_BOUND,
  redirectTraffic,
  replicaAdvice,
  type ReplicaAdvice,
  restartName,
  restartRequests,
  type Target,
} from "../../engine/planner/proactive";
import { planRequestSchema } from "../../engine/planner/request";
import { computePlan } from "../../engine/run";
import { listNames } from "../../engine/planner/wording";
import { type Cluster, findCluster } from "../../engine/snapshot";
import { clusterKey, promise, promisedByOthers } from "../placement/promises";
import { inTurn } from "../placement/turn";
import type { Settings } from "../settings";
import { withWorld, type World } from "../world";
import { parseInputs, type ProactiveInputs, sameUserInputs, userInputs } from "./inputs";
import { type JudgedRisk, judgeRisk } from "./judge-risk";
import { plannedIn, type PlannedProactive } from "./planned";
import { directorOf, withdrawnAddresses } from "./records";

type State = Readonly<Record<string, unknown>>;

/**
 * Asks the models what is likely to fail, and returns what to do about it as inputs: it shows in the preview, and
 * dependents and policies get it.
 * @param now epoch seconds
 * @throws AffinityError PROACTIVE_INVALID, and those of the settings and the world.
 */
export async function checkProactive(olds: State, news: State, settings: Settings, now: number): Promise<State> {
  const inputs = parseInputs(news);
  const before = sameUserInputs(olds, news) ? plannedIn(olds) : null;
  const planned = await withWorld(settings, (world) => inTurn(() => plan(inputs, before, settings, world, now)));
  // What is said of the risk changes with every sample; while nothing else does, the old words stay.
  const kept = before && sameDecision(before, planned) ? { ...before, redirection: planned.redirection } : planned;
  return { ...userInputs(news), ...kept };
}

/** What is done about the risk, and not how great it is. */
export const decisionOf = (planned: PlannedProactive) => ({
  atRisk: planned.members.filter(({ atRisk }) => atRisk).map(({ vm }) => vm),
  made: planned.members.filter(({ id }) => id !== null).map(({ vm }) => vm),
  replicas: planned.replicasSuggested,
  rooms: planned.reservations.map(({ vm, hostId }) => [vm, hostId]),
});
export const sameDecision = (a: PlannedProactive, b: PlannedProactive): boolean =>
  JSON.stringify(decisionOf(a)) === JSON.stringify(decisionOf(b));

async function plan(
  inputs: ProactiveInputs,
  before: PlannedProactive | null,
  settings: Settings,
  world: World,
  now: number,
): Promise<PlannedProactive> {
  const cluster = findCluster(world.snapshot, inputs.cluster);
  const judged = await judgeRisk(inputs, settings, world, cluster, now);
  const { snapshot } = world;
  const hostName = new Map(snapshot.hosts.map(({ id, name }) => [id, name]));
  const wasAtRisk = new Set(before?.members.filter(({ atRisk }) => atRisk).map(({ vm }) => vm));
  const members = judged.members.map(({ name, id, host }, row): PlannedProactive["members"][number] => {
    const risk = judged.risks[row];
    const value = round(risk?.risk ?? 0);
    const because = (risk?.causes ?? [])
      .map(
        ({ host: cause, probability, direct }) =>
          `${hostName.get(cause) ?? cause} ${percent(probability)}${direct ? "" : " through what it depends on"}`,
      )
      .join(", ");
    const atRisk = value > inputs.riskThreshold * (wasAtRisk.has(name) ? 0.5 : 1);
    return { vm: name, id, host: host === null ? null : (hostName.get(host) ?? host), risk: value, atRisk, because };
  });
  const bound = inputs.riskBound ?? GROUP_RISK_BOUND[inputs.criticality];
  const advice = replicaAdvice({
    own: judged.assessment.hosts.failureProbability,
    joint: judged.assessment.correlation?.joint ?? null,
    replicas: judged.replicas,
    needed: inputs.needed,
    riskBound: bound,
    seed: settings.plan.seed,
  });
  const replicasSuggested = steady(advice, before?.replicasSuggested ?? null, bound, inputs);
  const present = judged.members.filter(({ host }) => host !== null).length;
  const groupRisk = {
    now: round(advice.risk[present] ?? 1),
    then: replicasSuggested === null ? null : round(advice.risk[replicasSuggested]),
    bound,
  };
  const absent = members.flatMap(({ vm, id }) => (id === null ? [`"${vm}"`] : []));
  const lacking = [
    ...judged.lacking,
    ...(absent.length > 0 ? [`virtual machines that are not in the cluster as yet: ${listNames(absent)}`] : []),
  ];
  const reservations = inputs.reserve
    ? await reserveRoom(inputs, members, before, judged, settings, world, cluster, lacking)
    : [];
  const redirection = await redirectionOf(inputs, members, settings, world, now, lacking);
  return {
    ...{ source: snapshot.source.name, clusterId: cluster.id, members, replicasSuggested, groupRisk },
    ...{
      reservations,
      redirection,
      lacking,
      evidence: evidenceOf(inputs, members, groupRisk, replicasSuggested, present),
    },
  };
}

/** More as soon as it takes more; fewer only where half the bound would allow it, so that the number doesn't come and go. */
function steady(
  { suggested, risk }: ReplicaAdvice,
  before: number | null,
  bound: number,
  { needed, maxReplicas }: ProactiveInputs,
): number | null {
  if (suggested === null || suggested > maxReplicas) return null;
  if (before === null || suggested >= before || before >= risk.length) return suggested;
  const safe = risk.findIndex((value, n) => n >= needed && value <= bound / 2);
  return safe < 0 ? before : Math.min(before, Math.max(suggested, safe));
}

/** Room on hosts that are not at risk, for VMs whose host is: as the planner finds it, around what others were promised. */
async function reserveRoom(
  inputs: ProactiveInputs,
  members: PlannedProactive["members"],
  before: PlannedProactive | null,
  { asOf, assessment }: JudgedRisk,
  settings: Settings,
  { snapshot, telemetry, models, journal }: World,
  cluster: Cluster,
  lacking: string[],
): Promise<PlannedProactive["reservations"]> {
  const key = clusterKey(snapshot, cluster);
  const { ids, failureProbability } = assessment.hosts;
  const avoid = new Set(ids.filter((_, row) => failureProbability[row] > inputs.riskThreshold / 2));
  const endangered = new Set(members.filter(({ atRisk }) => atRisk).map(({ id }) => id));
  const vms = snapshot.virtualMachines.filter(
    ({ id, host, power }) => endangered.has(id) && host !== null && avoid.has(host) && power === "poweredOn",
  );
  const others = members.filter(({ id, atRisk }) => id !== null && !atRisk).map(({ vm }) => vm);
  const wanted = restartRequests(vms, snapshot, avoid, others);
  const known = await journal.reservations(key, inputs.owner);
  if (wanted.virtualMachines.length === 0) {
    promise(key, inputs.owner, [], known);
    return [];
  }
  const request = planRequestSchema.parse({
    ...{ cluster: cluster.id, asOf, ...wanted, config: settings.plan },
    keep: Object.fromEntries((before?.reservations ?? []).map(({ vm, hostId }) => [restartName(vm), hostId])),
    reservations: promisedByOthers(snapshot, key, inputs.owner, known),
  });
  try {
    const plan = await computePlan(request, { snapshot, telemetry, models, device: settings.device });
    const placed = new Map(plan.virtualMachines.map((each) => [each.vm, each]));
    const rooms = vms.flatMap(({ name, vcpus, memoryMb }) => {
      const place = placed.get(restartName(name));
      return place && vcpus !== null && memoryMb !== null
        ? [{ vm: name, hostId: place.hostId, host: place.host, vcpus, memoryMb }]
        : [];
    });
    const room = rooms.map((each) => reservationOf(inputs.owner, each));
    promise(key, inputs.owner, room, known);
    return rooms;
  } catch (error) {
    if (!(error instanceof AffinityError) || error.code !== "PLAN_INFEASIBLE") throw error;
    lacking.push(`room to restart in: ${error.message}`);
    return [];
  }
}

export const reservationOf = (owner: string, room: PlannedProactive["reservations"][number]) => ({
  ...{ owner, virtualMachine: restartName(room.vm), host: room.hostId, vcpus: room.vcpus, memoryMb: room.memoryMb },
});

async function redirectionOf(
  inputs: ProactiveInputs,
  members: PlannedProactive["members"],
  settings: Settings,
  { snapshot }: World,
  now: number,
  lacking: string[],
): Promise<PlannedProactive["redirection"]> {
  const { traffic, owner, needed, riskThreshold } = inputs;
  if (traffic === undefined) return null;
  const vms = new Map(snapshot.virtualMachines.map((vm) => [vm.id, vm]));
  const hosts = new Map(snapshot.hosts.map((host) => [host.id, host]));
  const targets = members.flatMap((member): Target[] => {
    const address = traffic.addresses[member.vm];
    const vm = member.id === null ? undefined : vms.get(member.id);
    if (address === undefined) return [];
    const host = vm?.host == null ? undefined : hosts.get(vm.host);
    const running = vm?.power === "poweredOn" && host?.connection === "connected";
    return [{ vm: member.vm, address, risk: member.risk, running, gone: vm === undefined }];
  });
  try {
    const { addresses } = await directorOf(settings, () => now).targets(traffic.name);
    const withdrawn = await withdrawnAddresses(settings, owner, snapshot.source.name, traffic.name);
    const { withdraw, restore, kept } = redirectTraffic({ targets, addresses, withdrawn, needed, riskThreshold });
    const addressesOf = (list: readonly Target[]) => list.map(({ address }) => address).sort();
    return {
      name: traffic.name,
      withdraw: addressesOf(withdraw),
      restore: addressesOf(restore),
      kept: [...kept],
      targets,
    };
  } catch (error) {
    // A preview is worth seeing without; an update that has something to redirect asks again.
    if (!(error instanceof AffinityError) || error.code === "DNS_NEEDED") throw error;
    lacking.push(`where ${traffic.name} leads: ${error.message}`);
    return null;
  }
}

function evidenceOf(
  { needed }: ProactiveInputs,
  members: PlannedProactive["members"],
  { now, then, bound }: PlannedProactive["groupRisk"],
  suggested: number | null,
  present: number,
): string {
  const risky = members.filter(({ atRisk }) => atRisk);
  const first =
    risky.length === 0
      ? "no VM is at risk"
      : `${risky.map(({ vm, risk, because }) => `${vm} fails with ${percent(risk)} (${because})`).join("; ")}`;
  const group = `with ${present} VM${present === 1 ? "" : "s"} fewer than ${needed} are left with ${percent(now)}, the bound is ${percent(bound)}`;
  const advice =
    suggested === null
      ? "no number of VMs on these hosts is enough"
      : `${suggested} are enough${then === null ? "" : ` (${percent(then)})`}`;
  return `${first}; ${group}: ${advice}`;
}

const round = (value: number): number => Math.round(value * 1e6) / 1e6;
const percent = (p: number): string => {
  if (p === 0) return "less than 0.001 %";
  return `${p >= 0.1 ? (100 * p).toFixed(0) : (100 * p).toPrecision(2)} %`;
};
