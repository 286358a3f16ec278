/**
 * EVC baselines, oldest first, as vSphere names them (KB 1003212). A host whose newest mode stands at or after the
 * mode that a VM needs can run the VM; the two vendors never mix.
 */
const GENERATIONS: readonly (readonly string[])[] = [
  [
    "intel-merom",
    "intel-penryn",
    "intel-nehalem",
    "intel-westmere",
    "intel-sandybridge",
    "intel-ivybridge",
    "intel-haswell",
    "intel-broadwell",
    "intel-skylake",
    "intel-cascadelake",
    "intel-icelake",
    "intel-sapphirerapids",
  ],
  [
    "amd-rev-e",
    "amd-rev-f",
    "amd-greyhound-no3dnow",
    "amd-greyhound",
    "amd-bulldozer",
    "amd-piledriver",
    "amd-steamroller",
    "amd-zen",
    "amd-zen2",
    "amd-zen3",
    "amd-zen4",
  ],
];

/** Whether a CPU whose newest EVC mode is `offered` can run a VM that needs `required`; null where either is unknown. */
export function evcCompatible(required: string | null, offered: string | null): boolean | null {
  if (required === null) return true;
  if (offered === null) return null;
  if (required === offered) return true;
  const vendor = GENERATIONS.find((list) => list.includes(required));
  if (!vendor) return null;
  const at = vendor.indexOf(offered);
  if (at >= 0) return at >= vendor.indexOf(required);
  return GENERATIONS.some((list) => list.includes(offered)) ? false : null;
}
