import type { PlacedVm, Plan } from "../plan";
import type { MoveTable, Search } from "../solver";
import { mainReason } from "./choice";
import { type HostForecast, overloadProbability, peakOf, round4 } from "./forecast";
import { furtherReasons, type HostFacts } from "./reasons";

const RUNNERS_UP = 3;

/** A finished search, and the hosts' forecasts before and after it: what all explanations rest on. */
export interface Outcome {
  readonly search: Search;
  readonly table: MoveTable;
  /** [host][cpu, memory] */
  readonly was: readonly (readonly HostForecast[])[];
  readonly will: readonly (readonly HostForecast[])[];
}

/** [host] what is known of it after the plan. */
export function hostFacts({ search: { problem }, will }: Outcome): HostFacts[] {
  return problem.model.hosts.map((host, h) => {
    const [cpu, memory] = will[h];
    return {
      peaks: [peakOf(cpu, host.cpuMhz), peakOf(memory, host.memoryMb)],
      overload: Math.max(overloadProbability(cpu, host.cpuMhz), overloadProbability(memory, host.memoryMb)),
      failureProbability: problem.model.risks[h].probability ?? 0,
    };
  });
}

/** Every VM in scope with its host, its reasons and the hosts that came close; and the moves among them. */
export function describePlacements(
  outcome: Outcome,
  facts: readonly HostFacts[],
): Pick<Plan, "virtualMachines" | "moves"> {
  const { search, table } = outcome;
  const { problem, state } = search;
  const { model, units } = problem;
  const virtualMachines: PlacedVm[] = [];
  const moves: Plan["moves"] = [];
  for (let unit = 0; unit < units.count; unit++) {
    const host = state.hostOf[unit];
    const others = rivals(search, table, unit);
    const runnersUp = others.slice(0, RUNNERS_UP).map((other) => ({
      hostId: model.hosts[other].id,
      host: model.hosts[other].name,
      extraCost: table.deltas[unit * problem.hosts + other],
      byObjective: table.byObjective(unit, other),
    }));
    const headroom = facts[host].peaks.map(({ share }) => (share === null ? null : round4(1 - share)));
    for (const v of units.vms[unit]) {
      const vm = model.vms[v];
      const moving = vm.current >= 0 && vm.current !== host;
      const choice = { outcome, unit, vm, host, others };
      const reasons = [mainReason(choice), ...furtherReasons(choice, facts[host])];
      virtualMachines.push({
        vm: vm.name,
        id: vm.id,
        hostId: model.hosts[host].id,
        host: model.hosts[host].name,
        from: vm.current < 0 ? null : model.hosts[vm.current].name,
        action: moving ? "move" : vm.current < 0 ? "place" : "keep",
        risk: round4(1 - (1 - facts[host].failureProbability) * (1 - facts[host].overload)),
        headroom: { cpu: headroom[0], memory: headroom[1] },
        reasons,
        runnersUp,
        basis: vm.row < 0 ? "configured" : model.assessment.virtualMachines.basis[vm.row],
      });
      if (moving && vm.id !== null) {
        moves.push({
          vm: vm.name,
          id: vm.id,
          fromHostId: model.hosts[vm.current].id,
          toHostId: model.hosts[host].id,
          from: model.hosts[vm.current].name,
          to: model.hosts[host].name,
          // What moves as one shares the gain.
          gain: Math.round(table.deltas[unit * problem.hosts + vm.current] / units.vms[unit].length),
          reason: reasons[0].text,
        });
      }
    }
  }
  const byName = (a: { vm: string; id: string | null }, b: { vm: string; id: string | null }) =>
    a.vm < b.vm ? -1 : a.vm > b.vm ? 1 : (a.id ?? "") < (b.id ?? "") ? -1 : 1;
  return { virtualMachines: virtualMachines.sort(byName), moves: moves.sort(byName) };
}

/** Hosts that could take the unit as well, the cheapest first. */
function rivals({ state, problem }: Search, table: MoveTable, unit: number): number[] {
  const at = unit * problem.hosts;
  const fitting: number[] = [];
  for (let host = 0; host < problem.hosts; host++) {
    if (host !== state.hostOf[unit] && state.fits(unit, host)) fitting.push(host);
  }
  return fitting.sort((a, b) => table.deltas[at + a] - table.deltas[at + b] || a - b);
}
