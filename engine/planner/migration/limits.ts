/**
 * vCenter's limits on simultaneous migrations, as costs that must not pass a maximum at any instant; what exceeds one is
 * queued. Source: VMware vSphere, vCenter Server and Host Management, "Limits on Simultaneous Migrations" (tables
 * "Network Limits", "Datastore Limits and Resource Costs", "Host Migration Limits and Resource Costs").
 */
export type OperationKind = "vmotion" | "storageVmotion" | "vmotionWithoutSharedStorage";

export interface OperationCost {
  /** Against each of the two hosts. */
  readonly host: number;
  /** Against the vMotion network of each of the two hosts. */
  readonly network: number;
  /** Against each datastore concerned: the VM's own, or source and destination. */
  readonly datastore: number;
}

export const OPERATION_COSTS: Readonly<Record<OperationKind, OperationCost>> = {
  vmotion: { host: 1, network: 1, datastore: 1 },
  storageVmotion: { host: 4, network: 0, datastore: 16 },
  // "Equivalent to a Storage vMotion with a network cost of 1."
  vmotionWithoutSharedStorage: { host: 4, network: 1, datastore: 16 },
};

export const MAXIMUM_HOST_COST = 8;
export const MAXIMUM_DATASTORE_COST = 128;

/** 4 at 1 GbE, 8 at 10 GbE and above. */
export const maximumNetworkCost = (gigabitsPerSecond: number): number => (gigabitsPerSecond >= 10 ? 8 : 4);

/** What one stream helper (one core) carries: about 15 Gb/s ("Auto-Tuning vMotion Streams", vSphere 7.0 U2). */
export const STREAM_GIGABITS_PER_SECOND = 15;

/** How many streams vMotion opens on a network of this speed. */
export const streamsFor = (gigabitsPerSecond: number): number =>
  Math.max(1, Math.ceil(gigabitsPerSecond / STREAM_GIGABITS_PER_SECOND));
