import type { Assessment } from "../../models/assessment";
import type { Cluster, Host, Snapshot, VirtualMachine } from "../../snapshot";
import type { PlanRequest, RequestedVm } from "../request";
import type { LackingFacts } from "./lacking";

/**
 * How much the failure of a VM's host weighs, against that of a critical one. Far enough apart that the contention at
 * the destination doesn't turn the order round, near enough that the least of them leaves a failing host as well.
 */
export const CRITICALITY_WEIGHT = { low: 0.2, normal: 0.4, high: 0.7, critical: 1 } as const;
export type Criticality = keyof typeof CRITICALITY_WEIGHT;

/** One VM as the planner sees it: of the inventory, to be made, or promised to another stack. */
export interface ModelVm {
  readonly name: string;
  /** Managed object id; null for a VM that is to be made. */
  readonly id: string | null;
  readonly requested: RequestedVm | null;
  readonly inventory: VirtualMachine | null;
  /** Index of the host it is on now; -1 if it has none, or none of this cluster. */
  readonly current: number;
  /** Index of the host that the plan in force gives it; -1 if none. */
  readonly kept: number;
  /** Configured sizes; null if not known. */
  readonly vcpus: number | null;
  readonly memoryMb: number | null;
  readonly cpuReservationMhz: number;
  readonly memoryReservationMb: number;
  readonly criticality: Criticality;
  /** Row of the assessment's forecasts; -1 for room promised to another stack. */
  readonly row: number;
}

/** What is known of a host's failing within the horizon. */
export interface HostRisk {
  /** Null where nobody knows. */
  readonly probability: number | null;
  /** What raised it; empty where nothing did. */
  readonly evidence: string;
}

/** One resource of the hosts, in whole units that are the same for every host and VM. */
export interface Resource {
  readonly name: "cpu" | "memory";
  /** MHz or MB in one unit. */
  readonly unit: number;
  readonly symbol: "MHz" | "MB";
}

/**
 * The world of one request in typed arrays, before any constraint: VMs `0 .. movable-1` are in scope, the rest stay
 * where they are and only take room. Everything is sorted by name or id, so the input's order changes nothing.
 */
export interface Model {
  readonly request: PlanRequest;
  readonly snapshot: Snapshot;
  readonly cluster: Cluster;
  readonly assessment: Assessment;
  readonly hosts: readonly Host[];
  /** [host] */
  readonly risks: readonly HostRisk[];
  readonly vms: readonly ModelVm[];
  readonly movable: number;
  readonly resources: readonly Resource[];
  readonly slots: number;
  /** Slots of the assessment's horizon that one slot here covers. */
  readonly slotsMerged: number;
  /** Units that a host of the cluster's mean size has, of each resource. */
  readonly unitsPerHost: number;
  /** [vm][resource][slot], whole units; effective demand (see quantise.ts). */
  readonly demand: Float32Array;
  /** [host][resource], whole units; UNBOUNDED where not known. */
  readonly capacity: Float32Array;
  readonly safe: Float32Array;
  readonly lacking: LackingFacts;
}

/** A host's capacity where it is not known: never exceeded. Four times it is still exact in 32-bit floats. */
export const UNBOUNDED = 2 ** 22;

/** Where the plan in force, or else the world, has the VM; -1 if nowhere. */
export const anchorOf = (vm: ModelVm): number => (vm.kept >= 0 ? vm.kept : vm.current);
