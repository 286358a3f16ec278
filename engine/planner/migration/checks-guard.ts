import type { ActiveConstraint, Check } from "../constraints/constraint";
import type { Model } from "../problem/model";
import { formUnits, type Units } from "../problem/units";
import type { Guard } from "./guard";

interface Watch {
  readonly check: Check;
  readonly constraint: ActiveConstraint;
  /**
   * Whether it asks for something to be there (together, near, spread over so many), which a VM counted on both hosts would
   * only seem to give: such a constraint sees one VM in flight at a time, or all at once.
   */
  readonly covering: boolean;
  inFlight: number;
}

/** Units of one VM each: what a rule will join need not be together now. */
const loosened = (constraint: ActiveConstraint): ActiveConstraint => ({
  ...constraint,
  form: { denied: constraint.form.denied, bind: constraint.form.bind.bind(constraint.form) },
});

/**
 * The hard constraints of a vSphere cluster while VMs move: every VM in flight is counted on both hosts by every
 * constraint's own check. A unit is a VM of the model. A VM to be made counts on its host from the start, so that what
 * moves leaves it its room.
 */
export function checksGuard(model: Model, constraints: readonly ActiveConstraint[], target: Int32Array): Guard {
  const hard = constraints.filter((constraint) => constraint.hard).map(loosened);
  const units: Units = formUnits(model, hard);
  // What depends on the pair alone need not follow anybody.
  const masks = hard.filter((constraint) => constraint.form.denied !== undefined);
  const watches: Watch[][] = Array.from({ length: model.movable }, () => []);
  const following = hard.filter((constraint) => constraint.form.denied === undefined);
  const all: Watch[] = following.map((constraint) => {
    const check = constraint.form.bind(model, units);
    return { check, constraint, covering: check.wide === true && constraint.among?.keep !== "apart", inFlight: 0 };
  });
  for (const watch of all) {
    if (watch.check.units) for (const unit of watch.check.units) watches[unit].push(watch);
    else for (const list of watches) list.push(watch);
  }
  const at = Int32Array.from(model.vms, (vm, v) => (vm.current >= 0 || v >= model.movable ? vm.current : target[v]));
  const tell = (unit: number, host: number, what: "place" | "remove"): void => {
    if (host >= 0) for (const { check } of watches[unit]) check[what](unit, host);
  };
  for (let v = 0; v < model.movable; v++) tell(v, at[v], "place");

  const refusing = (unit: number, to: number, bundled: boolean): ActiveConstraint | null => {
    const mask = masks.find(({ form }) => form.denied![unit * model.hosts.length + to] === 1);
    if (mask) return mask;
    for (const { check, constraint, covering, inFlight } of watches[unit]) {
      if (covering && bundled) continue;
      if ((covering && inFlight > 0) || !check.fits(unit, to, at[unit])) return constraint;
    }
    return null;
  };
  const count = (unit: number, change: number): void => {
    for (const watch of watches[unit]) watch.inFlight += change;
  };
  return {
    fits: (unit, to, bundled) => refusing(unit, to, bundled) === null,
    because(unit, to) {
      const constraint = refusing(unit, to, false);
      if (constraint) return constraint.because(model.vms[unit], model.hosts[to]);
      return "the VMs that must move with it can't";
    },
    companions: (unit, to) =>
      watches[unit].flatMap(({ check, covering }) =>
        covering && !check.fits(unit, to, at[unit]) ? (check.units ?? []) : [],
      ),
    start(unit, to) {
      tell(unit, to, "place");
      count(unit, 1);
    },
    // A check may remember the last host only: what stays is told last.
    finish(unit, from, to) {
      tell(unit, to, "remove");
      tell(unit, from, "remove");
      tell(unit, to, "place");
      count(unit, -1);
      at[unit] = to;
    },
    cancel(unit, from, to) {
      tell(unit, to, "remove");
      tell(unit, from, "remove");
      tell(unit, from, "place");
      count(unit, -1);
      at[unit] = from;
    },
    reopen(unit, from) {
      tell(unit, from, "place");
      count(unit, 1);
      at[unit] = from;
    },
  };
}

/**
 * Lists of movable VMs that move together: `movers`, in their order, joined where a mandatory rule keeps them together (on one
 * host, or in one zone), since no order of single moves keeps such a rule.
 */
export function bundlesOf(constraints: readonly ActiveConstraint[], movers: readonly number[]): number[][] {
  const bundleOf = new Map(movers.map((v) => [v, [v]]));
  for (const { hard, among } of constraints) {
    if (!hard || among?.keep !== "together") continue;
    const members = among.members.filter((v) => bundleOf.has(v));
    for (const v of members.slice(1)) {
      const [into, other] = [bundleOf.get(members[0])!, bundleOf.get(v)!];
      if (into === other) continue;
      into.push(...other);
      for (const each of other) bundleOf.set(each, into);
    }
  }
  return [...new Set(movers.map((v) => bundleOf.get(v)!))];
}
