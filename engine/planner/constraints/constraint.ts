import type { z } from "zod";
import type { Host } from "../../snapshot";
import type { GeneralForm } from "../problem/general-form";
import type { Model, ModelVm } from "../problem/model";
import type { Units } from "../problem/units";

/** One breach of a constraint in some placement: who is concerned, and by how much. */
export interface Breach {
  /** Indices of the model's VMs. */
  readonly vms: readonly number[];
  /** Index of the host, -1 where it isn't one host. */
  readonly host: number;
}

/**
 * A constraint in the search: it follows the units from host to host and answers in constant time. Amounts are whole
 * numbers; ONE_VM is one VM in the wrong place.
 */
export interface Check {
  /** Units it concerns; null: all of them. */
  readonly units: readonly number[] | null;
  /** Whether a unit's move changes the answer for the check's other units on every host, or only on the two hosts. */
  readonly wide?: boolean;
  place(unit: number, host: number): void;
  remove(unit: number, host: number): void;
  /** Whether `unit`, now on `from` (-1: nowhere), may go to `to` without breaking this more than it is broken. */
  fits(unit: number, to: number, from: number): boolean;
  /** Change of the amount of violation if `unit` went from `from` to `to` (-1: nowhere). */
  change(unit: number, to: number, from: number): number;
  /** Amount of violation as things stand: what `change` changes. */
  violation(): number;
  breaches(): Breach[];
}

/** Amount of violation that one VM in the wrong place makes. */
export const ONE_VM = 1000;

/** What a constraint is made of: a table of refused pairs, or something that the placement of others changes. */
export interface Form {
  /** [movable VM][host]: 1 where the pair is refused, whatever else is placed where. */
  readonly denied?: Uint8Array;
  /** VMs (indices) that must share one host: the search then moves them as one unit. */
  readonly joins?: readonly number[];
  bind(model: Model, units: Units): Check;
  /** Writes the constraint into the general form; absent where `denied` says all of it. */
  express?(form: GeneralForm): void;
}

/** One constraint at work: a rule, a group, a limit. */
export interface ActiveConstraint {
  /** Name of the module, such as "vm-anti-affinity". */
  readonly constraint: string;
  /** What a user calls it, such as `anti-affinity group "db"`. */
  readonly name: string;
  /** Whether this request states it, or the world has it whoever asks. */
  readonly origin: "request" | "world";
  /** Mandatory: never broken. Otherwise it is preferred, and the preference objective weighs it. */
  readonly hard: boolean;
  /** Of a preferred one: what a VM in the wrong place counts, against one of an ordinary rule; 1 when not given. */
  readonly weight?: number;
  readonly form: Form;
  /** Why the VM may not be on the host, or with what it is there: the end of a sentence. */
  because(vm: ModelVm | null, host: Host | null): string;
  /** What a host that may take the VM has: the end of "only host ...". */
  only?(vm: ModelVm): string;
  /** For a rule among VMs: which it keeps apart or together; indices of the model's VMs. */
  readonly among?: { readonly keep: "apart" | "together"; readonly members: readonly number[] };
}

/**
 * The one shape of every constraint; adding one is a file and a line in the registry. What it is made of: a name; the
 * schema of what a user states; `violation` and `breaches` (evaluate), `change` and `fits` (delta) of its check;
 * `because` and `only` (explain); and its part of docs/constraints.md, which is written from this definition.
 */
export interface Constraint {
  /** kebab-case. */
  readonly name: string;
  readonly title: string;
  /** How it applies, and what it takes from where. */
  readonly description: string;
  /** What it looks at: keys of the request, and facts of the inventory. */
  readonly reads: { readonly request: readonly string[]; readonly inventory: readonly string[] };
  /** Of one entry of the request that states it; absent where the world alone does. */
  readonly schema?: z.ZodType;
  /** The instances that this model has; what can't be judged for want of a fact goes into `model.lacking`. */
  compile(model: Model): ActiveConstraint[];
}
