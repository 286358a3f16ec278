import { digestOf } from "../digest";
import type { PlanRequest } from "../planner/request";
import type { Host, VirtualMachine } from "../snapshot/schema";
import type { AffinityProfile } from "./affinity-profile";
import type { Assessment, Lacking } from "./assessment";
import { KEY_SEPARATOR } from "./profile/record";
import type { HostService } from "./relations";
import type { Subject } from "./subjects";
import { PREFERENCE_MODEL, type HostPreferenceFile } from "./training/host-preferences";
import { applicationOf, valueOf } from "./training/labels";
import type { TrainedModels } from "./training/load";
import { WORKLOAD_AFFINITY, type WorkloadAffinityFile } from "./training/workload-affinity";

interface HostServices {
  readonly known: Pick<Assessment, "hostPreference" | "classAffinity">;
  readonly lacking: readonly Lacking[];
  /** What it rests on, as in the assessment's `trained`. */
  readonly inputs: readonly { readonly name: string; readonly digest: string }[];
}

/** How well hosts serve VMs, by those models whose objective has a weight. */
export function hostServicesOf(
  models: TrainedModels | null,
  request: PlanRequest,
  subjects: readonly Subject[],
  hosts: readonly Host[],
): HostServices {
  const { weights } = request.config;
  const inputs: { name: string; digest: string }[] = [];
  const restsOn = (file: { readonly model: string } | null, service: HostService | null) => {
    if (file && service) inputs.push({ name: file.model, digest: digestOf(file) });
    return service;
  };
  let known: HostServices["known"] = {};
  let lacking: readonly Lacking[] = [];
  if (weights.hostPreference > 0) {
    const file = models?.hostPreferences ?? null;
    const preference = hostPreferenceOf(file, request, subjects, hosts);
    lacking = preference.lacking;
    known = { hostPreference: restsOn(file, preference.service) };
  }
  if (weights.classAffinity > 0) {
    const file = models?.workloadAffinity ?? null;
    known = { ...known, classAffinity: restsOn(file, file && classAffinityOf(file, subjects, hosts)) };
    const without = { what: `a trained model ${WORKLOAD_AFFINITY}`, subjects: ["classAffinity"], fallback: "left out" };
    if (!file) lacking = [...lacking, without];
  }
  return { known, lacking, inputs };
}

/** What a VM serves and for whom, as the history of requests names them; null where nobody said. */
export interface Served {
  readonly application: string | null;
  readonly user: string | null;
  /** Whether the request says it, and not only a tag or an attribute of the inventory. */
  readonly asked: boolean;
}

/** Of the request's VM, else of its first group that says it, else of the tags and attributes of the VM or the one it is like. */
export function servedBy(subject: Subject, request: PlanRequest): Served {
  const { requested, existing, like, name } = subject;
  const groups = request.groups.filter(({ members }) => members.includes(name));
  const said = (key: "application" | "user") => requested?.[key] ?? groups.find((group) => group[key])?.[key] ?? null;
  const vm = existing ?? like;
  const labels = [vm, requested && { tags: requested.tags, attributes: {} }].flatMap((of) => of ?? []);
  const labelled = (read: (of: Pick<VirtualMachine, "tags" | "attributes">) => string | null) =>
    labels.map(read).find((value) => value !== null) ?? null;
  const [application, user] = [said("application"), said("user")];
  return {
    application: application ?? labelled(applicationOf),
    user: user ?? labelled((of) => valueOf(of, /\b(user|owner)\b/i)),
    asked: application !== null || user !== null,
  };
}

/**
 * Which hosts serve the application or user of each VM well. A profile of the two together comes before that of the
 * application, that before the user's. What somebody asked for and no profile tells is in `lacking`.
 * @param file null where the model doesn't serve
 */
export function hostPreferenceOf(
  file: HostPreferenceFile | null,
  request: PlanRequest,
  subjects: readonly Subject[],
  hosts: readonly Host[],
): { readonly service: HostService | null; readonly lacking: readonly Lacking[] } {
  const profiles = new Map(file?.profiles.map((profile) => [`${profile.kind} ${profile.subject}`, profile]));
  const unknown: string[] = [];
  const found = subjects.map((subject) => {
    const { application, user, asked } = servedBy(subject, request);
    const keys = [
      ...(user !== null && application !== null ? [`user and application ${user}${KEY_SEPARATOR}${application}`] : []),
      ...(application !== null ? [`application ${application}`] : []),
      ...(user !== null ? [`user ${user}`] : []),
    ];
    const profile = keys.map((key) => profiles.get(key)).find((each) => each !== undefined) ?? null;
    if (!profile && asked) unknown.push(subject.name);
    return profile;
  });
  const lacking = { what: "a profile of the application or user", subjects: unknown, fallback: "no preferred host" };
  return {
    // A score is ratio / (1 + ratio), the ratio that of actual over expected performance.
    service: serviceOf(PREFERENCE_MODEL, found, hosts, (score) => score / (1 - score)),
    lacking: unknown.length > 0 ? [lacking] : [],
  };
}

/** How the class of each VM fared on each host; a VM to be is of the class of the one that it is like. */
export function classAffinityOf(
  { virtualMachines, profiles }: WorkloadAffinityFile,
  subjects: readonly Subject[],
  hosts: readonly Host[],
): HostService | null {
  const found = subjects.map(({ id, like }) => {
    const known = virtualMachines[like?.id ?? id] ?? virtualMachines[id];
    return profiles.find(({ subject }) => subject === known?.class) ?? null;
  });
  return serviceOf(WORKLOAD_AFFINITY, found, hosts, (score) => score);
}

/** Null where no VM has a profile. A host that was not there at the training gives what the middle one of the others does. */
function serviceOf(
  model: string,
  found: readonly (AffinityProfile | null)[],
  hosts: readonly Host[],
  performanceOf: (score: number) => number,
): HostService | null {
  const profiles = [...new Set(found.flatMap((profile) => profile ?? []))];
  if (profiles.length === 0) return null;
  const performance = new Float64Array(profiles.length * hosts.length);
  profiles.forEach(({ affinityScores }, p) => {
    const scores = new Map(affinityScores.map(({ host, score }) => [host, score]));
    const middle = affinityScores[affinityScores.length >> 1]?.score ?? 0.5;
    hosts.forEach(({ id }, h) => (performance[p * hosts.length + h] = performanceOf(scores.get(id) ?? middle)));
  });
  return {
    model,
    subjects: profiles.map(({ subject }) => subject),
    profileOf: Int32Array.from(found, (profile) => (profile ? profiles.indexOf(profile) : -1)),
    performance,
  };
}
