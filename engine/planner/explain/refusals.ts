import type { ActiveConstraint } from "../constraints/constraint";
import type { State } from "../solver/state";

/** The first hard constraint that refuses the unit on the host; null if none does. */
export function refusal(state: State, unit: number, host: number): ActiveConstraint | null {
  const { constraints } = state.problem;
  let i = 0;
  for (const constraint of constraints) {
    if (!constraint.hard) continue;
    const check = state.hard[i++];
    if (!check.fits(unit, host, state.hostOf[unit])) return constraint;
  }
  return null;
}

/** Which hosts each constraint rules out for the unit, where it stands; the one that rules out most first. */
export function refusals(state: State, unit: number): { constraint: ActiveConstraint; hosts: number[] }[] {
  const found = new Map<ActiveConstraint, number[]>();
  for (let host = 0; host < state.problem.hosts; host++) {
    if (host === state.hostOf[unit]) continue;
    const constraint = refusal(state, unit, host);
    if (constraint) found.set(constraint, [...(found.get(constraint) ?? []), host]);
  }
  return [...found]
    .map(([constraint, hosts]) => ({ constraint, hosts }))
    .sort((a, b) => b.hosts.length - a.hosts.length);
}
