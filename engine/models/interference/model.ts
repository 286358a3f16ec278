import { validate } from "../../validate";
import type { Interference } from "../relations";
import { ADDITIVE } from "./additive";
import { learnEffects } from "./effects";
import { compress, gather, noExperience } from "./experience";
import { lowRank } from "./low-rank";
import { type HostInterval, type VmTraits, kindOf, kindsOf } from "./observation";
import { type PairEstimate, learnAdditive, learnPairs } from "./pairs";
import { type Experience, type InterferenceFile, type WorkloadKind, interferenceFileSchema } from "./schema";

/** Fewer compressed rows than this can't be told from chance: the baseline serves. */
const LEAST_ROWS = 12;
/** What the low-rank form may differ by, in share lost per unit of load. */
const TOLERANCE = 0.002;

export interface FitOptions {
  /** Epoch seconds of the end of the history. */
  readonly asOf: number;
  /** An observation counts half after this time; a week when not given. */
  readonly halfLifeSeconds?: number;
}

/**
 * Learns who disturbs whom from intervals of hosts: the share of its CPU time that each VM did not get, and how much the
 * others wanted. Kinds of VMs are learned together, so that two VMs that never met have an affinity; what single VMs add
 * to their kind comes on top. Where data are short, or the model foretells no better than {@link ADDITIVE}, that serves,
 * and `fallback` says so.
 */
export function fitInterference(
  vms: readonly VmTraits[],
  intervals: readonly HostInterval[],
  options: FitOptions,
): InterferenceFile {
  const kinds = kindsOf(vms);
  const halfLifeSeconds = options.halfLifeSeconds ?? 7 * 86_400;
  const weightOf = weightFor(options.asOf, halfLifeSeconds);
  const rowOf = kindLookup(kinds, vms);
  const experience = gather(noExperience(kinds.length), 1, intervals, rowOf, weightOf);
  const learned = learn(kinds, experience, null);
  return {
    model: "interference",
    version: 1,
    trainedUntil: options.asOf,
    samples: samplesOf(intervals),
    ...learned,
    halfLifeSeconds,
    kinds,
    experience,
    virtualMachines: learnEffects({}, 1, intervals, lossLookup(learned.lost, kinds.length, rowOf), weightOf),
  };
}

/**
 * Takes in what happened since: what was known fades by the time that has gone by, and the same parameters weigh old and
 * new. Which model serves was decided when it was fitted.
 */
export function updateInterference(
  file: InterferenceFile,
  vms: readonly VmTraits[],
  intervals: readonly HostInterval[],
  asOf: number,
): InterferenceFile {
  const { kinds, halfLifeSeconds } = file;
  const decay = 2 ** (-Math.max(0, asOf - file.trainedUntil) / halfLifeSeconds);
  const weightOf = weightFor(asOf, halfLifeSeconds);
  const rowOf = kindLookup(kinds, vms);
  const experience = gather(file.experience, decay, intervals, rowOf, weightOf);
  const rows = compress(experience);
  const { lost, deviation } =
    file.fallback === null ? learnPairs(kinds, rows, Float64Array.from(file.parameters)) : learnAdditive(kinds, rows);
  return {
    ...file,
    trainedUntil: Math.max(file.trainedUntil, asOf),
    samples: file.samples + samplesOf(intervals),
    experience,
    lost: [...lost],
    deviation: [...deviation],
    virtualMachines: learnEffects(
      file.virtualMachines,
      decay,
      intervals,
      lossLookup([...lost], kinds.length, rowOf),
      weightOf,
    ),
  };
}

/** @throws AffinityError MODEL_INVALID with every problem of the file */
export function readInterference(content: unknown, subject = "the model of interference"): InterferenceFile {
  return validate(interferenceFileSchema, content, { code: "MODEL_INVALID", subject, hint: "train the model anew" });
}

/** A VM and what it will want of its host: CPU demand over the host's capacity, 0 to 1. */
export interface LoadedVm extends VmTraits {
  readonly load: number;
}

/**
 * Share that each VM loses beside each other, in low rank; a VM that was never seen has its kind's. Rows are in the order
 * of `vms`: the assessment's.
 */
export function predictInterference(file: InterferenceFile, vms: readonly LoadedVm[]): Interference {
  const kinds = file.kinds.length;
  const { rank: kindRank, left, right } = lowRank(Float64Array.from(file.lost), kinds, TOLERANCE);
  const rank = kindRank + 2;
  const suffers = new Float32Array(vms.length * rank);
  const causes = new Float32Array(vms.length * rank);
  vms.forEach((vm, row) => {
    const kind = kindOf(file.kinds, vm);
    const own = file.virtualMachines[vm.id];
    for (let r = 0; r < kindRank; r++) {
      suffers[row * rank + r] = left[kind * kindRank + r];
      causes[row * rank + r] = vm.load * right[kind * kindRank + r];
    }
    suffers[row * rank + kindRank] = own?.suffers ?? 0;
    causes[row * rank + kindRank] = vm.load;
    suffers[row * rank + kindRank + 1] = 1;
    causes[row * rank + kindRank + 1] = vm.load * (own?.causes ?? 0);
  });
  return { model: file.fallback ?? `interference ${file.version}`, rank, suffers, causes };
}

/** Why `victim` is thought to lose what it loses beside `other`: shares of its CPU time. */
export interface LossExplanation {
  readonly victimKind: string;
  readonly otherKind: string;
  /** Per unit of load: what its kind loses beside the other's, and how sure that is. */
  readonly kinds: number;
  readonly deviation: number;
  /** Per unit of load: what is this VM's own, and what is the other's. */
  readonly victim: number;
  readonly other: number;
  readonly load: number;
  /** load × (kinds + victim + other), not below 0. */
  readonly lost: number;
}

export function explainInterference(file: InterferenceFile, victim: LoadedVm, other: LoadedVm): LossExplanation {
  const [a, b] = [kindOf(file.kinds, victim), kindOf(file.kinds, other)];
  const at = a * file.kinds.length + b;
  const own = file.virtualMachines[victim.id]?.suffers ?? 0;
  const others = file.virtualMachines[other.id]?.causes ?? 0;
  return {
    victimKind: file.kinds[a].name,
    otherKind: file.kinds[b].name,
    kinds: file.lost[at],
    deviation: file.deviation[at],
    victim: own,
    other: others,
    load: other.load,
    lost: Math.max(0, other.load * (file.lost[at] + own + others)),
  };
}

function learn(kinds: readonly WorkloadKind[], experience: readonly Experience[], parameters: Float64Array | null) {
  const rows = compress(experience);
  const file = ({ lost, deviation, parameters: chosen }: Omit<PairEstimate, "skill">) => ({
    lost: [...lost],
    deviation: [...deviation],
    parameters: [...chosen],
  });
  const short = rows.length < LEAST_ROWS;
  if (short) return { skill: null, fallback: ADDITIVE, ...file(learnAdditive(kinds, rows)) };
  const learned = learnPairs(kinds, rows, parameters ?? undefined);
  const { model, additive, mean } = learned.skill();
  const skill = {
    measure: "1 - mean absolute error of the share lost / that of the mean, each row left out",
    value: 1 - model / mean,
    baseline: { name: ADDITIVE, value: 1 - additive / mean },
  };
  if (!(model < additive)) return { skill, fallback: ADDITIVE, ...file(learnAdditive(kinds, rows)) };
  return { skill, fallback: null, ...file(learned) };
}

const weightFor = (asOf: number, halfLife: number) => (at: number) => 2 ** (-Math.max(0, asOf - at) / halfLife);

const samplesOf = (intervals: readonly HostInterval[]) =>
  intervals.reduce((sum, { members }) => sum + members.filter(({ lost }) => lost !== null).length, 0);

function kindLookup(kinds: readonly WorkloadKind[], vms: readonly VmTraits[]): (vm: string) => number | null {
  const rows = new Map(vms.map((vm) => [vm.id, kindOf(kinds, vm)]));
  return (vm) => rows.get(vm) ?? null;
}

function lossLookup(lost: readonly number[], kinds: number, kindRow: (vm: string) => number | null) {
  return (victim: string, other: string) => {
    const [a, b] = [kindRow(victim), kindRow(other)];
    return a === null || b === null ? 0 : lost[a * kinds + b];
  };
}
