import type { ModelVm } from "../problem/model";
import type { MoveTable, Search } from "../solver";
import type { HostForecast } from "./forecast";
import type { Refusal } from "./refusals";

/** A finished search, and the hosts' forecasts before and after it: what all explanations rest on. */
export interface Outcome {
  readonly search: Search;
  readonly table: MoveTable;
  /** [host][cpu, memory] */
  readonly was: readonly (readonly HostForecast[])[];
  readonly will: readonly (readonly HostForecast[])[];
  /** Whether room to restart VMs after the loss of a host kept the search from what would cost less. */
  readonly contested: boolean;
  /** What the least of the moves that could be left out gains for each VM carried; Infinity if there is none. */
  readonly leastGain: number;
}

/** One VM and where it ends. */
export interface Choice {
  readonly outcome: Outcome;
  readonly unit: number;
  readonly vm: ModelVm;
  readonly host: number;
  /** Hosts that could take it as well, the cheapest few in front. */
  readonly others: readonly number[];
  /** What rules out the other hosts, the constraint that rules out most first. */
  readonly refusals: readonly Refusal[];
}

/** One phrase, and the objective or constraint that it speaks for. */
export interface Reason {
  readonly objective: string;
  readonly text: string;
}
