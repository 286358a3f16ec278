import { PROFILE_FEATURES, type ProfileFeature } from "./usage-profile";

export const WORKLOAD_CLASSES = [
  "cpu-bound",
  "memory-intensive",
  "io-heavy",
  "network-heavy",
  "bursty",
  "idle",
] as const;
export type WorkloadClass = (typeof WORKLOAD_CLASSES)[number];

/** Below this mean CPU share a VM is idle, whatever its little traffic looks like. */
const IDLE_SHARE = 0.05;
/** The busiest hundredth of the hours takes this many times the CPU of the median hour; an office day makes three. */
const BURST_RATIO = 6;
/** Deviations from the other VMs by which a resource stands out; a VM where none does lives by its CPU. */
const STANDS_OUT = 0.3;

const CLASS_OF: Readonly<Partial<Record<ProfileFeature, WorkloadClass>>> = {
  cpu: "cpu-bound",
  memory: "memory-intensive",
  disk: "io-heavy",
  network: "network-heavy",
};

/**
 * The class of a cluster by its centroid: idle and bursty by what they mean in themselves, the others by the resource
 * that stands out most among the VMs at hand. The same centroid has the same name, whatever the cluster's number.
 * @param centroid in the features' own units
 * @param standardised the same in deviations from the centre of the VMs that aren't idle
 */
export function classOf(centroid: ArrayLike<number>, standardised: ArrayLike<number>): WorkloadClass {
  const value = (feature: ProfileFeature) => centroid[PROFILE_FEATURES.indexOf(feature)];
  if (isIdle(centroid)) return "idle";
  if (Math.exp(value("burstiness")) >= BURST_RATIO) return "bursty";
  let chosen: ProfileFeature = "cpu";
  PROFILE_FEATURES.forEach((feature, f) => {
    const least = Math.max(STANDS_OUT, standardised[PROFILE_FEATURES.indexOf(chosen)]);
    if (CLASS_OF[feature] && standardised[f] > least) chosen = feature;
  });
  return CLASS_OF[chosen]!;
}

/** Little CPU, and no throughput to speak of: a mail relay at 3 % CPU isn't idle. */
export function isIdle(profile: ArrayLike<number>): boolean {
  const value = (feature: ProfileFeature) => profile[PROFILE_FEATURES.indexOf(feature)];
  const quiet = (feature: ProfileFeature) => !(value(feature) > Math.log(200));
  return value("cpu") ** 2 < IDLE_SHARE && quiet("disk") && quiet("network");
}
