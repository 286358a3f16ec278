import type { ActiveConstraint } from "../constraints/constraint";
import type { State } from "../solver/state";

/** Hosts that one constraint rules out for a unit. */
export interface Refusal {
  readonly constraint: ActiveConstraint;
  readonly hosts: readonly number[];
}

/** The hosts beside its own that the unit, where it stands, could go to, and what rules out which of the rest. */
export function reachOf(state: State, unit: number): { fitting: number[]; refusals: Refusal[] } {
  const fitting: number[] = [];
  let found: Map<ActiveConstraint, number[]> | null = null;
  for (let host = 0; host < state.problem.hosts; host++) {
    if (host === state.hostOf[unit]) continue;
    // The table of allowed pairs answers for most: only refused pairs are asked about one by one.
    if (state.fits(unit, host)) {
      fitting.push(host);
      continue;
    }
    const constraint = state.refusedBy(unit, host);
    if (!constraint) continue;
    found ??= new Map();
    const hosts = found.get(constraint);
    if (hosts) hosts.push(host);
    else found.set(constraint, [host]);
  }
  if (!found) return { fitting, refusals: [] };
  const refusals = [...found].map(([constraint, hosts]) => ({ constraint, hosts }));
  return { fitting, refusals: refusals.sort((a, b) => b.hosts.length - a.hosts.length) };
}
