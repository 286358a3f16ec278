import { digestOf } from "../../digest";
import type { Lacking } from "../assessment";
import { DemandForecaster } from "../demand";
import type { HostEvent, HostModel, PairModel } from "../failure";
import type { InterferenceFile } from "../interference";
import { type PropagationFile, propagationFileSchema } from "../propagation";
import type { ModelHeader } from "../model-file";
import type { ModelStore } from "../store";
import type { UnavailableModel } from "../unavailable";
import { COMMUNICATION } from "./communication";
import type { HostPreferenceFile } from "./host-preferences";
import { TRAINABLES } from "./registry";
import type { Trainable } from "./trainable";
import type { WorkloadAffinityFile } from "./workload-affinity";

/** The trained models that a plan rests on; null where the fallback serves, which `lacking` then says. */
export interface TrainedModels {
  readonly forecasters: { readonly cpu?: DemandForecaster; readonly memory?: DemandForecaster };
  readonly hosts: HostModel | null;
  readonly pairs: PairModel | null;
  readonly interference: InterferenceFile | null;
  readonly communication: PropagationFile | null;
  /** These two stand in `inputs` of the plans alone that ask for them. */
  readonly hostPreferences: HostPreferenceFile | null;
  readonly workloadAffinity: WorkloadAffinityFile | null;
  /** Of a file: what the models of failures look back on, beside the restarts that telemetry shows. */
  readonly events: readonly HostEvent[];
  /** Name and SHA-256 of everything that is in here: with them a plan's digest covers it. */
  readonly inputs: readonly { readonly name: string; readonly digest: string }[];
  readonly lacking: readonly Lacking[];
  /** The same for those who watch the models: which don't serve, and whether that is news. */
  readonly unavailable: readonly UnavailableModel[];
}

export interface LoadOptions {
  /** A model that learned from nothing newer than this, epoch seconds, is stale and doesn't serve. Absent: none is. */
  readonly oldest?: number;
  readonly events?: readonly HostEvent[];
  /** Why a model must not serve, such as an alarm that it raised since it was trained; null where it may. */
  readonly alarm?: (name: string, header: ModelHeader) => string | null;
}

/**
 * The models of a folder. None of what may be wrong with a file is an error: the fallback serves, and is named with the
 * reason.
 */
export async function loadModels(store: ModelStore, options: LoadOptions = {}): Promise<TrainedModels> {
  const { events = [], alarm } = options;
  const inputs: { name: string; digest: string }[] = [];
  const lacking: Lacking[] = [];
  const unavailable: UnavailableModel[] = [];
  const load = async <File>(model: Trainable<File>, isOptional = false): Promise<File | null> => {
    const { name, fallback } = model;
    const instead = (why: string, reason: UnavailableModel["reason"]) => {
      // The folder is no part of what a plan rests on.
      const because = why.replaceAll(`${store.folder}/`, "");
      if (!isOptional) lacking.push({ what: `a trained model (${because})`, subjects: [name], fallback });
      unavailable.push({ name, fallback, reason, because });
      return null;
    };
    const found = await store.load(name, model.schema);
    if ("because" in found) return instead(found.because, found.absent ? "absent" : "damaged");
    const { file } = found as { readonly file: File };
    if (!model.serves(file)) return instead("no better than its baseline on held-out history", "no better");
    const header = model.headerOf(file);
    const withdrawn = alarm?.(name, header) ?? null;
    if (withdrawn !== null) return instead(`withdrawn, since ${withdrawn}`, "withdrawn");
    if (!model.learnsFromRareEvents && header.trainedUntil < (options.oldest ?? -Infinity)) {
      return instead(`stale: it knows nothing after ${dayOf(header.trainedUntil)}`, "stale");
    }
    if (!isOptional) inputs.push({ name, digest: digestOf(file) });
    return file;
  };
  const cpu = await load(TRAINABLES.cpuDemand);
  const memory = await load(TRAINABLES.memoryDemand);
  const hosts = await load(TRAINABLES.hostFailures);
  const pairs = await load(TRAINABLES.pairFailures);
  const interference = await load(TRAINABLES.interference);
  const hostPreferences = await load(TRAINABLES.hostPreferences, true);
  const workloadAffinity = await load(TRAINABLES.workloadAffinity, true);
  const { file: communication, ...without } = await store.load(COMMUNICATION, propagationFileSchema);
  if ("absent" in without && !without.absent) {
    const because = without.because.replaceAll(`${store.folder}/`, "");
    const fallback = "relations of the request";
    lacking.push({ what: `the communication graph (${because})`, subjects: [COMMUNICATION], fallback });
    unavailable.push({ name: COMMUNICATION, fallback, reason: "damaged", because });
  }
  if (communication) inputs.push({ name: COMMUNICATION, digest: digestOf(communication) });
  if (events.length > 0) inputs.push({ name: "host events", digest: digestOf(events) });
  return {
    forecasters: {
      ...(cpu && { cpu: new DemandForecaster(cpu) }),
      ...(memory && { memory: new DemandForecaster(memory) }),
    },
    ...{
      hosts,
      pairs,
      interference,
      communication,
      hostPreferences,
      workloadAffinity,
      events,
      inputs,
      lacking,
      unavailable,
    },
  };
}

const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
