import type { ActiveConstraint, Breach } from "../constraints/constraint";
import type { Model } from "../problem/model";
import type { State } from "../solver/state";

export interface Violation {
  readonly constraint: ActiveConstraint;
  readonly breach: Breach;
}

/** What the placement breaks of its hard constraints, in the constraints' order. */
export function violationsOf(state: State): Violation[] {
  const hard = state.problem.constraints.filter((constraint) => constraint.hard);
  return hard.flatMap((constraint, i) => state.hard[i].breaches().map((breach) => ({ constraint, breach })));
}

/** At most this many names in one sentence. */
const NAMED = 5;

/** `a, b and 3 more`. */
export function listNames(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  if (names.length <= NAMED) return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
  return `${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} more`;
}

/** One sentence a person reads. */
export function describeViolation(model: Model, { constraint, breach }: Violation): string {
  const names = breach.vms.map((v) => model.vms[v].name);
  const host = breach.host < 0 ? null : model.hosts[breach.host];
  const vm = breach.vms.length === 1 ? model.vms[breach.vms[0]] : null;
  const where = host ? ` on ${host.name}` : "";
  return `${constraint.name}: broken${where}${names.length ? ` by ${listNames(names)}` : ""}; ${constraint.because(vm, host)}`;
}
