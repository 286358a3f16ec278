import type { ActiveConstraint } from "../constraints/constraint";
import type { State } from "../solver/state";

/** Which hosts each constraint rules out for the unit, where it stands; the one that rules out most first. */
export function refusals(state: State, unit: number): { constraint: ActiveConstraint; hosts: number[] }[] {
  const found = new Map<ActiveConstraint, number[]>();
  for (let host = 0; host < state.problem.hosts; host++) {
    if (host === state.hostOf[unit]) continue;
    // The table of allowed pairs answers for most: only refused pairs are asked about one by one.
    if (state.fits(unit, host)) continue;
    const constraint = state.refusedBy(unit, host);
    if (!constraint) continue;
    const hosts = found.get(constraint);
    if (hosts) hosts.push(host);
    else found.set(constraint, [host]);
  }
  return [...found]
    .map(([constraint, hosts]) => ({ constraint, hosts }))
    .sort((a, b) => b.hosts.length - a.hosts.length);
}
