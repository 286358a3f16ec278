import type { Plan, PlacedVm } from "../plan";
import type { Model } from "../problem/model";
import type { MoveTable, Search } from "../solver";
import { type HostForecast, overloadProbability, type Peak, peakOf, round4 } from "./forecast";
import { reasonsOf } from "./reasons";

const RUNNERS_UP = 3;

/** What is known of the hosts after the plan. */
export interface HostFacts {
  readonly peaks: readonly [Peak, Peak];
  readonly overload: number;
  readonly failureProbability: number;
  readonly evidence: string;
}

export function hostFacts(model: Model, forecasts: readonly (readonly HostForecast[])[]): HostFacts[] {
  const { ids, failureProbability, evidence } = model.assessment.hosts;
  const rowOf = new Map(ids.map((id, row) => [id, row]));
  return model.hosts.map((host, h) => {
    const [cpu, memory] = forecasts[h];
    const row = rowOf.get(host.id);
    const probability = row === undefined ? 0 : failureProbability[row];
    return {
      peaks: [peakOf(cpu, host.cpuMhz), peakOf(memory, host.memoryMb)],
      overload: Math.max(overloadProbability(cpu, host.cpuMhz), overloadProbability(memory, host.memoryMb)),
      failureProbability: Number.isNaN(probability) ? 0 : probability,
      evidence: row === undefined ? "" : (evidence[row] ?? ""),
    };
  });
}

/** Every VM in scope with its host, its reasons and the hosts that came close; and the moves among them. */
export function describePlacements(
  search: Search,
  table: MoveTable,
  facts: readonly HostFacts[],
): Pick<Plan, "virtualMachines" | "moves"> {
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
    for (const v of units.vms[unit]) {
      const vm = model.vms[v];
      const moving = vm.current >= 0 && vm.current !== host;
      const gains = moving ? table.byObjective(unit, vm.current) : null;
      const expelling = moving ? state.refusedBy(unit, vm.current) : null;
      const reasons = reasonsOf({
        model,
        search,
        unit,
        vm,
        host,
        ...facts[host],
        others: others.length,
        nextExtra: runnersUp[0]?.extraCost ?? null,
        gains,
        expelled: expelling ? expelling.because(vm, model.hosts[vm.current]) : null,
      });
      const headroom = facts[host].peaks.map(({ share }) => (share === null ? null : round4(1 - share)));
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
          gain: Object.values(gains!).reduce((a, b) => a + b, 0),
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
