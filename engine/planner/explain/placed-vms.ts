import type { PlacedVm, Plan } from "../plan";
import type { Outcome } from "./choice";
import { costsOnHosts, gainAndCost } from "./host-costs";
import { overloadProbability, peakOf, round4 } from "./forecast";
import { mainReason } from "./main-reason";
import { reachOf } from "./refusals";
import { describeHost, furtherReasons, type HostFacts } from "./reasons";

const RUNNERS_UP = 3;

/** [host] what is known of it after the plan. */
export function hostFacts({ search: { problem }, will }: Pick<Outcome, "search" | "will">): HostFacts[] {
  return problem.model.hosts.map((host, h) => {
    const [cpu, memory] = will[h];
    const peaks = [peakOf(cpu, host.cpuMhz), peakOf(memory, host.memoryMb)] as const;
    return {
      peaks,
      words: describeHost(problem.model, h, peaks),
      overload: Math.max(overloadProbability(cpu, host.cpuMhz), overloadProbability(memory, host.memoryMb)),
      failureProbability: problem.model.risks[h].probability ?? 0,
    };
  });
}

/** Every VM in scope with its host, its reasons and the hosts that came close; and the moves among them. */
export function describePlacements(
  plan: Omit<Outcome, "leastGain">,
  facts: readonly HostFacts[],
): Pick<Plan, "virtualMachines" | "moves"> {
  const { search, table } = plan;
  const { problem, state } = search;
  const { model, units } = problem;
  const outcome = { ...plan, leastGain: leastGain(plan) };
  const virtualMachines: PlacedVm[] = [];
  const moves: Plan["moves"] = [];
  const asked = new Set(model.request.explain);
  for (let unit = 0; unit < units.count; unit++) {
    const host = state.hostOf[unit];
    const { fitting, refusals } = reachOf(state, unit);
    const at = unit * problem.hosts;
    const others = cheapestFirst(fitting, (h) => table.deltas[at + h]);
    const runnersUp = others.slice(0, RUNNERS_UP).map((other) => ({
      hostId: model.hosts[other].id,
      host: model.hosts[other].name,
      extraCost: table.deltas[at + other],
      byObjective: table.byObjective(unit, other),
    }));
    const headroom = facts[host].peaks.map(({ share }) => (share === null ? null : round4(1 - share)));
    for (const v of units.vms[unit]) {
      const vm = model.vms[v];
      const moving = vm.current >= 0 && vm.current !== host;
      const choice = { outcome, unit, vm, host, others, refusals };
      const reasons = [mainReason(choice), ...furtherReasons(choice, facts[host])];
      const explained = asked.has(vm.name) || (vm.id !== null && asked.has(vm.id));
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
        ...(explained ? { costs: costsOnHosts(choice) } : {}),
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
          ...gainAndCost(choice, vm.current),
          reason: reasons[0].text,
        });
      }
    }
  }
  const byName = (a: { vm: string; id: string | null }, b: { vm: string; id: string | null }) =>
    a.vm < b.vm ? -1 : a.vm > b.vm ? 1 : (a.id ?? "") < (b.id ?? "") ? -1 : 1;
  return { virtualMachines: virtualMachines.sort(byName), moves: moves.sort(byName) };
}

/** The hosts, the RUNNERS_UP cheapest of them in front and in order; a sort of all took longer than all the rest. */
function cheapestFirst(hosts: number[], cost: (host: number) => number): number[] {
  for (let k = 0; k < Math.min(RUNNERS_UP, hosts.length); k++) {
    let least = k;
    let lowest = cost(hosts[k]);
    for (let i = k + 1; i < hosts.length; i++) {
      const each = cost(hosts[i]);
      if (each > lowest || (each === lowest && hosts[i] > hosts[least])) continue;
      [least, lowest] = [i, each];
    }
    [hosts[k], hosts[least]] = [hosts[least], hosts[k]];
  }
  return hosts;
}

function leastGain({ search, table }: Omit<Outcome, "leastGain">): number {
  const { problem, state } = search;
  let least = Infinity;
  for (let unit = 0; unit < problem.units.count; unit++) {
    const [anchor, to] = [problem.units.anchor[unit], state.hostOf[unit]];
    if (anchor < 0 || to === anchor || search.carries(unit, to) === 0 || !state.fits(unit, anchor)) continue;
    const gain = table.deltas[unit * problem.hosts + anchor] - search.price(unit, to);
    least = Math.min(least, gain / search.carries(unit, to));
  }
  return least;
}
