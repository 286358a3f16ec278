import type { ActiveConstraint, Breach } from "../constraints/constraint";
import type { Model } from "../problem/model";
import type { State } from "../solver/state";
import { listNames } from "../wording";

export interface Violation {
  readonly constraint: ActiveConstraint;
  readonly breach: Breach;
  /** Whether VMs out of scope break as much among themselves, so that no plan could mend it. */
  readonly inherited: boolean;
}

/** What the placement breaks of its hard constraints, in the constraints' order. */
export function violationsOf(state: State): Violation[] {
  const hard = state.problem.constraints.filter((constraint) => constraint.hard);
  return hard.flatMap((constraint, i) => {
    const breaches = state.hard[i].breaches();
    if (breaches.length === 0) return [];
    const before = constraint.form.bind(state.problem.model, state.problem.units).violation();
    const inherited = before > 0 && state.hard[i].violation() <= before;
    return breaches.map((breach) => ({ constraint, breach, inherited }));
  });
}

/** One sentence a person reads. */
export function describeViolation(model: Model, { constraint, breach }: Violation): string {
  const names = breach.vms.map((v) => model.vms[v].name);
  const host = breach.host < 0 ? null : model.hosts[breach.host];
  const vm = breach.vms.length === 1 ? model.vms[breach.vms[0]] : null;
  const where = host ? ` on ${host.name}` : "";
  return `${constraint.name}: broken${where}${names.length ? ` by ${listNames(names)}` : ""}; ${constraint.because(vm, host)}`;
}
