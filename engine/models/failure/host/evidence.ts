/** Log odds that a reason must bring at least to be named: a quarter more. */
const NOTABLE = Math.log(1.25);

/** What features of `HOST_FEATURES` say to people; one that is not listed speaks for itself. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/^own (failures|rate against all)|^days since the (last failure|one before|fourth last)/, "its own past failures"],
  [/^own (hardware|processor|memory) failures/, "its own hardware failures"],
  [/^own software failures/, "its own software failures"],
  [/^own outside failures/, "its own failures by network, power or people"],
  [/^own warnings/, "warnings of it"],
  [/^neighbours' failures/, "failures of its neighbours"],
  [/^failures in its group/, "failures in its group"],
  [/^(failures|rate) of all hosts/, "failures of all hosts"],
  [/^days since repair|^hours of the last outage/, "its last outage"],
  [/^rate in its place/, "failures of hosts in the same place of other groups"],
  [/^weekend share|^hour of the day/, "the time of the week"],
];

/**
 * Why a host is likelier to fail, for people: features that say the same are one reason, the strongest first.
 * Empty where nothing raises its odds by a quarter or more.
 */
export function evidenceOf(features: readonly { readonly feature: string; readonly logOdds: number }[]): string {
  const reasons = new Map<string, number>();
  for (const { feature, logOdds } of features) {
    const phrase = PHRASES.find(([pattern]) => pattern.test(feature))?.[1] ?? feature;
    reasons.set(phrase, (reasons.get(phrase) ?? 0) + logOdds);
  }
  return [...reasons]
    .filter(([, logOdds]) => logOdds > NOTABLE)
    .sort(([, a], [, b]) => b - a)
    .map(([phrase, logOdds]) => `${phrase} (odds times ${Math.exp(logOdds).toFixed(1)})`)
    .join("; ");
}
