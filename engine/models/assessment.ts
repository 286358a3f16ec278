import type { Grid } from "../telemetry/source";
import type { HostCorrelation, HostService, Interference, Traffic } from "./relations";

/** Where a VM's forecast came from: its own history, that of a like VM, or only its configured size. */
export type ForecastBasis = "history" | "like" | "configured";

/**
 * Forecast demand of one resource over the horizon for every VM: row-major [vm][slot]. Mean and variance of the
 * slot's average; the unit is the resource's (MHz, MB) and its square. NaN: nobody knows (no history, no configured
 * size), and `lacking` says so. Zero: the VM is off.
 */
export interface DemandForecast {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /**
   * [vm][slot][level], the levels 10 to 90 %, where a trained forecaster took part; mean and variance are then those of
   * the same distribution. Absent where all forecasts are the baseline's, which is normal.
   */
  readonly quantiles?: Float32Array;
}

/** A fact that the plan had to do without, for the user to read. */
export interface Lacking {
  /** Such as "cpu history", "memory size", "disks". */
  readonly what: string;
  /** Names of the VMs or hosts concerned. */
  readonly subjects: readonly string[];
  /** What was used in its place. */
  readonly fallback: string;
}

/** What the models say of the cluster over the horizon: the planner's only view of the telemetry. */
export interface Assessment {
  readonly horizon: Grid;
  /** The history that was read; absent where the assessment was not made from telemetry. */
  readonly window?: Grid;
  /** Epoch seconds of the newest sample of the VMs in question, up to asOf; null or absent if there is none. */
  readonly newestSample?: number | null;
  readonly virtualMachines: {
    /** Ids as in the snapshot, then the names of the VMs to be. Rows of the forecasts, in this order. */
    readonly ids: readonly string[];
    readonly cpuMhz: DemandForecast;
    readonly memoryMb: DemandForecast;
    /** Of the CPU forecast. A VM that is off has "configured", and needs nothing. */
    readonly basis: readonly ForecastBasis[];
    /** Name of the model behind the CPU forecast; null for a configured size. Absent where nobody asked for a model. */
    readonly models?: readonly (string | null)[];
    /** Share of the history's slots that hold a sample, 0 to 1. */
    readonly coverage: Float64Array;
  };
  readonly hosts: {
    readonly ids: readonly string[];
    /** Probability that the host fails within the horizon. */
    readonly failureProbability: Float64Array;
    /** What raised it, per host; empty where nothing did. */
    readonly evidence: readonly string[];
    /** Name of the model behind the probabilities; absent where they were not made from telemetry. */
    readonly model?: string;
  };
  /** Hosts that fail together; null or absent where no model says. */
  readonly correlation?: HostCorrelation | null;
  readonly interference?: Interference | null;
  readonly traffic?: Traffic | null;
  /** By the application or user that a VM serves; null or absent where none is named, or no model says. */
  readonly hostPreference?: HostService | null;
  /** By the workload classes of the VMs; absent unless the objective has a weight. */
  readonly classAffinity?: HostService | null;
  readonly lacking: readonly Lacking[];
  /** Names of trained models that were asked and gave nothing of use: their fallbacks served. Absent: none. */
  readonly failed?: readonly string[];
  /** The trained models that took part, with the SHA-256 of each; absent where none were configured. */
  readonly trained?: readonly { readonly name: string; readonly digest: string }[];
}
