import type { AffinityProfile, AffinityScore } from "../affinity-profile";
import { type RequestKey, type RequestRecord, keyOfRecord } from "./record";

export interface PreferenceOptions {
  /** After so many days an observation counts half. */
  readonly halfLifeDays: number;
  /** Observations that the mean of the host's class is worth against the host's own. */
  readonly shrinkage: number;
  /** Class of each host by id, such as its hardware model: hosts of one class lend each other evidence. */
  readonly hostClass: ReadonlyMap<string, string>;
}

export const PREFERENCE_DEFAULTS: PreferenceOptions = { halfLifeDays: 14, shrinkage: 8, hostClass: new Map() };

const DAY = 86_400;
/** Four times the expected performance, or a quarter of it, is as far as one observation counts. */
const MAX_LOG_RATIO = Math.log(4);
const UNCLASSED = "";

/**
 * Preference of each user or application for each host (seed 001), adjusted with every request by expected against
 * actual performance: the decayed weighted mean of the log of actual over expected, drawn towards the mean of the
 * host's class, that towards the mean of all hosts, and that towards 1. The score is ratio / (1 + ratio): 0.5 serves as
 * expected, 2/3 twice as well, 1/3 half as well. Requests without both figures, or without a host, say nothing.
 */
export class HostPreferences {
  private readonly options: PreferenceOptions;
  private readonly subjects = new Map<string, SubjectEvidence>();

  constructor(
    readonly key: RequestKey,
    options: Partial<PreferenceOptions> = {},
  ) {
    this.options = { ...PREFERENCE_DEFAULTS, ...options };
  }

  /** Takes in the requests that had ended by `asOf` (epoch seconds). */
  update(records: readonly RequestRecord[], asOf: number): this {
    for (const record of records) {
      const { host, end, expectedPerformance, actualPerformance } = record;
      if (host === null || end === null || end > asOf || expectedPerformance === null || actualPerformance === null)
        continue;
      const name = keyOfRecord(record, this.key);
      let evidence = this.subjects.get(name);
      if (!evidence) this.subjects.set(name, (evidence = new SubjectEvidence(this.options.halfLifeDays * DAY)));
      evidence.add(host, end, logRatio(actualPerformance / expectedPerformance));
    }
    return this;
  }

  /** Scores of these hosts, best first; equal ones in the order given. Without any evidence each is 0.5. */
  scores(subject: string, hosts: readonly string[], asOf: number): AffinityScore[] {
    const { hostClass, shrinkage } = this.options;
    const evidence = this.subjects.get(subject);
    const classOf = (host: string) => hostClass.get(host) ?? UNCLASSED;
    const all: Mean = { weight: 0, sum: 0 };
    const classes = new Map<string, Mean>();
    for (const [host, mean] of evidence?.means(asOf) ?? []) {
      addTo(all, mean);
      const own = classes.get(classOf(host)) ?? { weight: 0, sum: 0 };
      addTo(own, mean);
      classes.set(classOf(host), own);
    }
    const overall = shrunk(all, 0, shrinkage);
    const means = evidence?.means(asOf);
    return hosts
      .map((host) => {
        const own = means?.get(host);
        const prior = shrunk(classes.get(classOf(host)), overall, shrinkage);
        const ratio = Math.exp(shrunk(own, prior, shrinkage));
        return { host, score: ratio / (1 + ratio), evidence: own?.weight ?? 0 };
      })
      .sort((a, b) => b.score - a.score);
  }

  /** The subject's profile under the seeds' name. */
  profile(subject: string, hosts: readonly string[], asOf: number): AffinityProfile {
    const evidence = this.subjects.get(subject);
    return {
      subject,
      kind: this.key,
      workloadCategory: null,
      affinityScores: this.scores(subject, hosts, asOf),
      historicalData: evidence
        ? { from: Math.floor(evidence.from), to: Math.floor(evidence.to), observations: evidence.observations }
        : null,
    };
  }

  /** Why a host has its score, in a sentence. */
  explain(subject: string, host: string, asOf: number): string {
    const [{ score, evidence }] = this.scores(subject, [host], asOf);
    const times = (value: number) => `${(value / (1 - value)).toFixed(2)} times as well as expected`;
    const mean = this.subjects.get(subject)?.means(asOf).get(host);
    if (!mean || mean.weight === 0) {
      return `${host} has served nothing of ${subject} that was measured: ${score.toFixed(2)} is what hosts like it give`;
    }
    const seen = Math.exp(mean.sum / mean.weight);
    return (
      `${host} served ${subject} ${seen.toFixed(2)} times as well as expected ` +
      `(worth ${evidence.toFixed(1)} recent observations); drawn towards hosts like it that is ${times(score)}, ` +
      `a score of ${score.toFixed(2)}`
    );
  }
}

interface Mean {
  weight: number;
  sum: number;
}

/** Decayed sums by host. Weights are kept relative to one instant, so that the order of the records doesn't matter. */
class SubjectEvidence {
  from = Number.POSITIVE_INFINITY;
  to = Number.NEGATIVE_INFINITY;
  observations = 0;
  private readonly hosts = new Map<string, Mean>();
  private origin = 0;

  constructor(private readonly halfLife: number) {}

  add(host: string, at: number, value: number): void {
    if (this.observations++ === 0) this.origin = at;
    // Far from its origin a weight would overflow: move the origin along.
    if (at - this.origin > 500 * this.halfLife) this.moveOrigin(at);
    const weight = 2 ** ((at - this.origin) / this.halfLife);
    const mean = this.hosts.get(host) ?? { weight: 0, sum: 0 };
    addTo(mean, { weight, sum: weight * value });
    this.hosts.set(host, mean);
    this.from = Math.min(this.from, at);
    this.to = Math.max(this.to, at);
  }

  means(asOf: number): Map<string, Mean> {
    const factor = 2 ** ((this.origin - asOf) / this.halfLife);
    return new Map(
      [...this.hosts].map(([host, { weight, sum }]) => [host, { weight: weight * factor, sum: sum * factor }]),
    );
  }

  private moveOrigin(to: number): void {
    const moved = this.means(to);
    for (const [host, mean] of moved) this.hosts.set(host, mean);
    this.origin = to;
  }
}

function addTo(mean: Mean, other: Mean): void {
  mean.weight += other.weight;
  mean.sum += other.sum;
}

const shrunk = (mean: Mean | undefined, prior: number, strength: number): number =>
  ((mean?.sum ?? 0) + strength * prior) / ((mean?.weight ?? 0) + strength);

/** Of actual over expected; a request that was served nothing counts as the worst there is. */
function logRatio(ratio: number): number {
  return ratio === 0 ? -MAX_LOG_RATIO : Math.max(-MAX_LOG_RATIO, Math.min(MAX_LOG_RATIO, Math.log(ratio)));
}
