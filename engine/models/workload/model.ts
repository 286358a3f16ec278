import { median, scaledMad } from "../statistics";
import { type WorkloadClass, classOf, isIdle } from "./classes";
import { WORKLOAD_MODEL, WORKLOAD_MODEL_VERSION, type WorkloadModelFile } from "./file";
import { kMeans, nearestCentroid } from "./k-means";
import { PROFILE_FEATURES, type UsageHistory, usageProfile } from "./usage-profile";

/** More clusters than classes: a class may be made of VMs that differ in what doesn't name it. */
const CLUSTERS = 12;
/** VMs a cluster is worth having for, on average. */
const MEMBERS = 4;
/** How far an update lets a centroid go towards its newest members. */
const UPDATE_SHARE = 0.3;
/** Standardised values are drawn in: one monstrous VM mustn't be a cluster. */
const OUTERMOST = 4;

export interface Classified {
  readonly class: WorkloadClass;
  /** Share of the way from the nearest cluster of another class to this one: 1 is at its centre, 0 is on the border. */
  readonly certainty: number;
}

/**
 * Clusters the profiles of VMs and names the clusters. Null where no VM shows enough.
 * @param trainedUntil epoch seconds of the newest sample
 */
export function fitWorkloadClasses(
  usages: readonly UsageHistory[],
  trainedUntil: number,
  seed = 1,
): WorkloadModelFile | null {
  const profiles = usages.map(usageProfile).filter((profile) => profile !== null);
  if (profiles.length === 0) return null;
  const busy = profiles.filter((profile) => !isIdle(profile));
  const reference = busy.length > 0 ? busy : profiles;
  const column = (f: number) => reference.map((profile) => profile[f]);
  const center = PROFILE_FEATURES.map((_, f) => finite(median(column(f)), 0));
  const scale = PROFILE_FEATURES.map((_, f) => Math.max(0.1, finite(scaledMad(column(f), center[f]), 1)));
  const points = profiles.map((profile) => standardise(profile, center, scale));
  const k = Math.max(1, Math.min(CLUSTERS, Math.round(points.length / MEMBERS)));
  const { centroids, clusterOf } = kMeans(points, k, seed);
  const clusters = centroids.map((centroid, c) => ({
    class: classOf(original(centroid, center, scale), centroid),
    centroid: [...centroid],
    members: clusterOf.reduce((count, cluster) => count + (cluster === c ? 1 : 0), 0),
  }));
  return {
    ...{ model: WORKLOAD_MODEL, version: WORKLOAD_MODEL_VERSION, trainedUntil, samples: profiles.length, skill: null },
    ...{ center, scale, clusters },
  };
}

/** The class of a VM; null where its profile shows too little. */
export function predictWorkloadClass(file: WorkloadModelFile, usage: UsageHistory): Classified | null {
  const profile = usageProfile(usage);
  if (!profile) return null;
  const point = standardise(profile, file.center, file.scale);
  const own = nearestCentroid(
    point,
    file.clusters.map(({ centroid }) => centroid),
  );
  const { class: name } = file.clusters[own.cluster];
  const others = file.clusters.filter((cluster) => cluster.class !== name).map(({ centroid }) => centroid);
  if (others.length === 0) return { class: name, certainty: 1 };
  const other = Math.sqrt(nearestCentroid(point, others).distance);
  const near = Math.sqrt(own.distance);
  return { class: name, certainty: other > 0 ? 1 - near / other : 0 };
}

/** Moves the centroids part of the way to what their members are like now; names follow the centroids. */
export function updateWorkloadClasses(
  file: WorkloadModelFile,
  usages: readonly UsageHistory[],
  trainedUntil: number,
): WorkloadModelFile {
  const { center, scale } = file;
  const points = usages
    .map(usageProfile)
    .filter((profile) => profile !== null)
    .map((profile) => standardise(profile, center, scale));
  const centroids = file.clusters.map(({ centroid }) => centroid);
  const members: Float64Array[][] = centroids.map(() => []);
  for (const point of points) members[nearestCentroid(point, centroids).cluster].push(point);
  const clusters = file.clusters.map((cluster, c) => {
    if (members[c].length === 0) return cluster;
    const centroid = cluster.centroid.map((value, f) => {
      const now = members[c].reduce((sum, point) => sum + point[f], 0) / members[c].length;
      return value + UPDATE_SHARE * (now - value);
    });
    return { class: classOf(original(centroid, center, scale), centroid), centroid, members: members[c].length };
  });
  return { ...file, trainedUntil, samples: file.samples + points.length, clusters };
}

/** One sentence a person reads: what stands out of the VM's profile. */
export function explainWorkloadClass(file: WorkloadModelFile, usage: UsageHistory): string {
  const found = predictWorkloadClass(file, usage);
  const profile = usageProfile(usage);
  if (!found || !profile) return "too little history to tell its class";
  const [cpu, memory, disk, network, burstiness] = profile;
  const parts = [
    `${(100 * cpu ** 2).toFixed(0)} % CPU`,
    Number.isNaN(memory) ? "memory not known" : `${Math.max(0, Math.exp(memory) - 0.1).toFixed(1)} GB`,
    Number.isNaN(disk) ? "disk not known" : `${Math.max(0, Math.exp(disk) - 10).toFixed(0)} KB/s disk`,
    Number.isNaN(network) ? "network not known" : `${Math.max(0, Math.exp(network) - 10).toFixed(0)} KB/s network`,
  ];
  const peaks = `peaks ${Math.exp(burstiness).toFixed(1)} times its usual`;
  return `${found.class}: ${parts.join(", ")} per vCPU, ${peaks}`;
}

/** What isn't known stands at the centre: it speaks for no class. */
function standardise(profile: ArrayLike<number>, center: readonly number[], scale: readonly number[]): Float64Array {
  return Float64Array.from(center, (middle, f) => {
    const z = (profile[f] - middle) / scale[f];
    return Number.isNaN(z) ? 0 : Math.max(-OUTERMOST, Math.min(OUTERMOST, z));
  });
}

const original = (point: ArrayLike<number>, center: readonly number[], scale: readonly number[]) =>
  center.map((middle, f) => middle + point[f] * scale[f]);

const finite = (value: number, otherwise: number) => (Number.isFinite(value) ? value : otherwise);
