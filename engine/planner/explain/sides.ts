import type { ActiveConstraint } from "../constraints/constraint";
import type { Comparison, Side } from "../objectives";
import { peakOf, peaksWith } from "./forecast";
import { listNames } from "../wording";
import type { Choice } from "./choice";

/**
 * Two hosts for one VM, the better one first. A host that the plan makes the VM leave is seen as it was before the
 * plan; every other one as it is after the plan, with the VM on it.
 */
export function compare(choice: Choice, here: number, there: number): Comparison {
  const { outcome, vm, others, unit } = choice;
  const { problem, state } = outcome.search;
  const left = vm.current >= 0 && state.hostOf[unit] !== vm.current ? vm.current : -1;
  return {
    model: problem.model,
    vm,
    here: sideOf(choice, here, left),
    there: sideOf(choice, there, left),
    freest(resource) {
      const share = sideOf(choice, here, left).peaks[resource].share;
      return (
        share !== null &&
        others.every((h) => h === here || notLess(sideOf(choice, h, left).peaks[resource].share, share))
      );
    },
    rules: () => brokenRules(choice, here, there),
  };
}

const notLess = (other: number | null, share: number): boolean => other !== null && other >= share;

function sideOf({ outcome, unit }: Choice, h: number, left: number): Side {
  const { problem, state } = outcome.search;
  const { model, units } = problem;
  const host = model.hosts[h];
  const peaksOf = (): Side["peaks"] => {
    const forecast = (h === left ? outcome.was : outcome.will)[h];
    return h === left || state.hostOf[unit] === h
      ? [peakOf(forecast[0], host.cpuMhz), peakOf(forecast[1], host.memoryMb)]
      : peaksWith(model, h, forecast, units.vms[unit]);
  };
  let peaks: Side["peaks"] | undefined;
  return {
    index: h,
    host,
    risk: model.risks[h],
    // Few objectives speak of them.
    get peaks() {
      return (peaks ??= peaksOf());
    },
  };
}

/** Preferred rules that the unit breaks more on `there` than on `here`; it stands on one of the two. */
function brokenRules({ outcome, unit, vm }: Choice, here: number, there: number): string[] {
  const { problem, state } = outcome.search;
  const { model, units } = problem;
  const stands = state.hostOf[unit];
  const hostOf = (v: number): number => (v < model.movable ? state.hostOf[units.unitOf[v]] : model.vms[v].current);
  const words = ({ among, name, because }: ActiveConstraint): string => {
    if (!among) return because(vm, model.hosts[there]);
    const at = among.keep === "apart" ? there : here;
    const mates = among.members.filter((v) => hostOf(v) === at && model.vms[v].name !== vm.name);
    const names = mates.map((v) => model.vms[v].name).sort();
    return names.length > 0 ? `${among.keep === "apart" ? "apart from" : "with"} ${listNames(names)} (${name})` : name;
  };
  return problem.constraints
    .filter(({ hard }) => !hard)
    .filter((_, i) => {
      const check = state.soft[i];
      if (check.units && !check.units.includes(unit)) return false;
      return stands === here ? check.change(unit, there, here) > 0 : check.change(unit, here, there) < 0;
    })
    .map(words);
}
