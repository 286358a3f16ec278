import type { ActiveConstraint } from "../constraints/constraint";
import { GeneralForm } from "../problem/general-form";
import { anchorOf } from "../problem/model";
import type { Problem } from "../problem/problem";

/** A sum per host: what every unit takes, and what there is for them. */
export interface ResourceFact {
  readonly constraint: ActiveConstraint;
  /** [unit] */
  readonly amounts: Float64Array;
  /** [host] */
  readonly room: Float64Array;
}

/** Units of which a cell of hosts may hold only so many. */
export interface ApartFact {
  readonly constraint: ActiveConstraint;
  readonly units: readonly number[];
  /** [host] */
  readonly cells: ArrayLike<number>;
  /** [cell] */
  readonly room: Float64Array;
}

/** What any placement of all units must keep: less than the constraints say, never more. */
export interface Facts {
  readonly problem: Problem;
  /** [unit][host] */
  readonly allowed: Uint8Array;
  readonly resources: readonly ResourceFact[];
  readonly aparts: readonly ApartFact[];
  readonly totals: readonly { readonly constraint: ActiveConstraint; readonly need: number; readonly limit: number }[];
}

/**
 * The facts of a problem under its hard constraints. Where the world breaks one already it may go on doing so: a unit may
 * stay where it is, and a host or cell holds at least what is there now. Null where VMs that must share a host don't: such a
 * rule may stay broken as a whole.
 */
export function factsOf(problem: Problem, maxMoves: number): Facts | null {
  const { model, units, hosts } = problem;
  const homes = units.vms.map((members) => [
    ...new Set(members.flatMap((v) => [model.vms[v].current, anchorOf(model.vms[v])]).filter((host) => host >= 0)),
  ]);
  const isTorn = units.vms.some((members) => {
    const at = new Set(members.map((v) => anchorOf(model.vms[v])).filter((host) => host >= 0));
    return at.size > 1;
  });
  if (isTorn) return null;
  const allowed = problem.allowed.slice();
  const resources: ResourceFact[] = [];
  const aparts: ApartFact[] = [];
  const totals: { constraint: ActiveConstraint; need: number; limit: number }[] = [];
  const initial = Int32Array.from(homes, ([home = -1]) => home);
  for (const constraint of problem.constraints) {
    if (!constraint.hard || !constraint.form.express) continue;
    const form = new GeneralForm(problem);
    constraint.form.express(form);
    for (const { amounts, limit } of form.totals) {
      const sum = (of: (v: number) => boolean) => amounts.reduce((all, amount, v) => all + (of(v) ? amount : 0), 0);
      const now = sum((v) => v >= model.movable || model.vms[v].current >= 0);
      totals.push({ constraint, need: sum(() => true), limit: Math.max(limit, now) });
    }
    const spec = form.toSpec(initial, Infinity);
    if (!spec) continue;
    for (let unit = 0; unit < units.count; unit++) {
      const set = spec.allowed ? spec.allowed[unit] : -1;
      if (set < 0) continue;
      const bins = new Set(Array.from(spec.binSets![set]));
      for (let h = 0; h < hosts; h++) if (!bins.has(h)) allowed[unit * hosts + h] = 0;
    }
    spec.resources.forEach(({ capacity }, r) => {
      const amounts = Float64Array.from(
        { length: units.count },
        (_, unit) => spec.demand[unit * spec.resources.length + r],
      );
      const now = new Float64Array(hosts);
      homes.forEach((at, unit) => at.forEach((host) => (now[host] += amounts[unit])));
      resources.push({ constraint, amounts, room: now.map((use, h) => Math.max(use, capacity[h])) });
    });
    for (const rule of spec.rules ?? []) {
      if (rule.kind !== "apart" || rule.weight !== undefined) continue;
      const cells = spec.partitions![rule.partition!];
      const members = Array.from(spec.groups![rule.group]);
      const room = new Float64Array(Math.max(...Array.from(cells)) + 1).fill(rule.limit ?? 1);
      const now = new Float64Array(room.length);
      const fixed = new Float64Array(room.length);
      for (const item of members) {
        if (item >= units.count) fixed[cells[spec.initial[item]]]++;
        else for (const cell of new Set(homes[item].map((host) => cells[host]))) now[cell]++;
      }
      aparts.push({
        constraint,
        units: members.filter((item) => item < units.count),
        cells,
        room: room.map((limit, cell) => Math.max(now[cell], limit - fixed[cell])),
      });
    }
  }
  homes.forEach((at, unit) => {
    for (const host of at) allowed[unit * hosts + host] = 1;
    const running = units.vms[unit].filter((v) => model.vms[v].current >= 0).length;
    if (running <= maxMoves) return;
    for (let h = 0; h < hosts; h++) if (!at.includes(h)) allowed[unit * hosts + h] = 0;
  });
  for (const { amounts, room } of resources) {
    for (let unit = 0; unit < units.count; unit++)
      for (let h = 0; h < hosts; h++)
        if (amounts[unit] > room[h] && !homes[unit].includes(h)) allowed[unit * hosts + h] = 0;
  }
  return { problem, allowed, resources, aparts, totals };
}
