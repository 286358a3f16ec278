import { z } from "zod";
import type { Host } from "../../snapshot/schema";
import { affinityProfileSchema } from "../affinity-profile";
import { type ModelHeader, modelHeaderSchema } from "../model-file";
import { HostPreferences, type RequestKey, type RequestRecord, keyOfRecord } from "../profile";
import { type Trainable, clearlySkilled } from "./trainable";

export const PREFERENCE_MODEL = "profile/preferences";

/** Which hosts serve each user, application and user of an application well. */
export const hostPreferenceFileSchema = modelHeaderSchema.extend({
  model: z.literal(PREFERENCE_MODEL),
  version: z.literal(1),
  profiles: z.array(affinityProfileSchema).describe("Of those keys for which the host matters, on held-out history"),
});
export type HostPreferenceFile = z.infer<typeof hostPreferenceFileSchema>;

const KEYS: readonly RequestKey[] = ["user and application", "application", "user"];
/** Share of the measured requests, the newest, that the profiles are judged by. */
const HELD_OUT = 0.2;
const LEAST_REQUESTS = 50;
/** Profiles of a key that are kept, those with the most observations. */
const MOST_PROFILES = 2000;
const NOBODY = "any host";

export const hostPreferences: Trainable<HostPreferenceFile> = {
  name: PREFERENCE_MODEL,
  needs: "a history of requests with hosts, expected and actual performance (settings: requests)",
  fallback: "no preferred host",
  schema: hostPreferenceFileSchema,
  fit({ requests, snapshot, asOf }) {
    if (!requests) return "no history of requests is configured";
    const measured = measuredRequests(requests, snapshot.hosts, asOf);
    if (measured.length < LEAST_REQUESTS) {
      return `${measured.length} requests tell host, expected and actual performance, ${LEAST_REQUESTS} are needed`;
    }
    const hostClass = new Map(
      snapshot.hosts.flatMap(({ id, model }) => (model === null ? [] : [[id, model] as const])),
    );
    const judged = KEYS.map((key) => ({ key, skill: skillOf(key, measured, hostClass) }));
    const useful = judged.filter(clearlySkilled);
    const best = judged.reduce((a, b) => (gainOf(b.skill) > gainOf(a.skill) ? b : a));
    const hosts = snapshot.hosts.map(({ id }) => id);
    return {
      ...{ model: PREFERENCE_MODEL, version: 1, trainedUntil: measured.at(-1)!.end!, samples: measured.length },
      skill: best.skill,
      profiles: useful.flatMap(({ key }) => {
        const preferences = new HostPreferences(key, { hostClass }).update(measured, asOf);
        const subjects = [...new Set(measured.map((record) => keyOfRecord(record, key)))];
        return subjects
          .map((subject) => preferences.profile(subject, hosts, asOf))
          .sort((a, b) => b.historicalData!.observations - a.historicalData!.observations)
          .slice(0, MOST_PROFILES);
      }),
    };
  },
  headerOf: ({ model, version, trainedUntil, samples, skill }) => ({ model, version, trainedUntil, samples, skill }),
  serves: clearlySkilled,
};

/** Ended requests that say how they were served by a host of the inventory, in the order of their ends. */
function measuredRequests(requests: readonly RequestRecord[], hosts: readonly Host[], asOf: number): RequestRecord[] {
  const idOf = new Map(hosts.flatMap(({ id, name }) => [[name, id] as const, [id, id] as const]));
  return requests
    .flatMap((record): RequestRecord[] => {
      const host = record.host === null ? undefined : idOf.get(record.host);
      const { end, expectedPerformance, actualPerformance } = record;
      const isMeasured = end !== null && end < asOf && expectedPerformance !== null && actualPerformance !== null;
      return isMeasured && host !== undefined ? [{ ...record, host }] : [];
    })
    .sort((a, b) => a.end! - b.end!);
}

type Skill = NonNullable<ModelHeader["skill"]>;

const gainOf = ({ value, baseline }: Skill): number => value - baseline.value;

/** How well the older requests foretell the newer ones' log of actual over expected: by host, and whatever the host. */
function skillOf(key: RequestKey, measured: readonly RequestRecord[], hostClass: ReadonlyMap<string, string>): Skill {
  const split = Math.floor((1 - HELD_OUT) * measured.length);
  const [older, newer] = [measured.slice(0, split), measured.slice(split)];
  const at = newer[0].end!;
  const whatever = (record: RequestRecord) => ({ ...record, host: NOBODY });
  const byHost = new HostPreferences(key, { hostClass }).update(older, at);
  const byNobody = new HostPreferences(key).update(older.map(whatever), at);
  const known = new Map<string, number>();
  const expected = (preferences: HostPreferences, record: RequestRecord) => {
    const subject = keyOfRecord(record, key);
    const name = JSON.stringify([subject, record.host]);
    const found = known.get(name);
    if (found !== undefined) return found;
    const [{ score }] = preferences.scores(subject, [record.host!], at);
    const value = Math.log(score / (1 - score));
    known.set(name, value);
    return value;
  };
  let [withHost, without, constant] = [0, 0, 0];
  for (const record of newer) {
    // As far as one observation counts in the preferences.
    const ratio = record.actualPerformance! / record.expectedPerformance!;
    const actual = Math.max(-Math.log(4), Math.min(Math.log(4), Math.log(ratio)));
    withHost += (actual - expected(byHost, record)) ** 2;
    without += (actual - expected(byNobody, whatever(record))) ** 2;
    constant += actual ** 2;
  }
  const share = (error: number) => (constant > 0 ? 1 - error / constant : 0);
  return {
    measure: "1 - squared error / that of performance as expected",
    value: share(withHost),
    baseline: { name: "the same whatever the host", value: share(without) },
  };
}
