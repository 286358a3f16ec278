import type { ReassignmentSpec, RuleSpec } from "../reassignment";
import type { Problem } from "./problem";

/** A rule without what it is about, which goes with it as VMs and hosts. */
type Rule = RuleSpec extends infer R
  ? R extends RuleSpec
    ? Omit<R, "group" | "partition" | "other" | "weight">
    : never
  : never;

/**
 * The hard constraints of a vSphere problem in the general form of `reassignment`, which every constraint's form writes
 * itself into. Items are the units, then those VMs out of scope that some rule is about, each held where it is; bins are the
 * hosts. Objectives are left out: it is there to find room, not the best of places.
 */
export class GeneralForm {
  private readonly resources: { amounts: Float64Array; capacity: Float64Array }[] = [];
  private readonly partitions: Int32Array[] = [];
  private readonly groups: number[][] = [];
  private readonly rules: RuleSpec[] = [];
  /** [unit][host] */
  private readonly allowed: Uint8Array;
  /** VMs out of scope that are items, in the order of their items. */
  private readonly fixed: number[] = [];
  private isWhole = true;
  /** Sums over the whole cluster, which no placement changes: amounts by VM of the model. Not in the spec. */
  readonly totals: { readonly amounts: Float64Array; readonly limit: number }[] = [];

  constructor(readonly problem: Problem) {
    this.allowed = problem.allowed.slice();
  }

  /** A sum per host that stays within a limit (Infinity: none). `amounts` by VM of the model. */
  addResource(amounts: Float64Array, limits: Float64Array): void {
    const { model, units } = this.problem;
    const all = amounts.reduce((a, b) => a + b, 0);
    const capacity = limits.map((limit) => Math.min(all, Math.floor(limit)));
    for (let v = model.movable; v < model.vms.length; v++) capacity[model.vms[v].current] -= amounts[v];
    this.resources.push({
      amounts: Float64Array.from(units.vms, (members) => members.reduce((sum, v) => sum + amounts[v], 0)),
      capacity: capacity.map((left) => Math.max(0, left)),
    });
  }

  /**
   * A rule among VMs (of the model) over fault domains ([host], -1: none, where no member may be). `other` is the group that
   * a rule of two groups needs.
   */
  addRule(rule: Rule, members: readonly number[], domains: Int32Array, other?: readonly number[]): void {
    const counted = rule.kind === "apart" || rule.kind === "spread";
    const group = this.groupOf(members, counted);
    const partition = this.partitions.push(this.cellsOf(members, domains)) - 1;
    const stated = { ...rule, group, partition, ...(other && { other: this.groupOf(other, false) }) };
    this.rules.push(stated as RuleSpec);
  }

  /** Says that a constraint can't be written in this form: then `toSpec` gives nothing. */
  giveUp(): void {
    this.isWhole = false;
  }

  /** @param initial [unit] its host; -1: none yet */
  toSpec(initial: Int32Array, maxMoves: number): ReassignmentSpec | null {
    if (!this.isWhole) return null;
    const { model, units, hosts } = this.problem;
    const items = units.count + this.fixed.length;
    const at = (item: number): number =>
      item < units.count ? initial[item] : model.vms[this.fixed[item - units.count]].current;
    const sets = new Map<string, { index: number; bins: number[] }>();
    const allowed = Int32Array.from({ length: items }, (_, item) => {
      const bins = item < units.count ? this.hostsOf(item) : [at(item)];
      if (bins.length === hosts) return -1;
      const key = bins.join(" ");
      const known = sets.get(key) ?? { index: sets.size, bins };
      sets.set(key, known);
      return known.index;
    });
    const demand = new Float64Array(items * this.resources.length);
    this.resources.forEach(({ amounts }, r) =>
      amounts.forEach((amount, unit) => (demand[unit * this.resources.length + r] = amount)),
    );
    return {
      items,
      bins: hosts,
      resources: this.resources.map(({ capacity }) => ({ capacity })),
      demand,
      initial: Int32Array.from({ length: items }, (_, item) => at(item)),
      binSets: [...sets.values()].map(({ bins }) => bins),
      allowed,
      partitions: this.partitions,
      groups: this.groups,
      rules: this.rules,
      moveCost: new Float64Array(items).fill(1),
      ...(Number.isFinite(maxMoves) && { maxMoves }),
    };
  }

  private hostsOf(unit: number): number[] {
    const { hosts } = this.problem;
    return Array.from({ length: hosts }, (_, h) => h).filter((h) => this.allowed[unit * hosts + h] === 1);
  }

  /** @param counted whether two members of one unit count as two, which this form can't say */
  private groupOf(members: readonly number[], counted: boolean): number {
    const { model, units } = this.problem;
    const items = new Set<number>();
    for (const v of members) {
      const item = v < model.movable ? units.unitOf[v] : this.itemOf(v);
      if (items.has(item) && counted) this.giveUp();
      items.add(item);
    }
    return this.groups.push([...items].sort((a, b) => a - b)) - 1;
  }

  private itemOf(v: number): number {
    const known = this.fixed.indexOf(v);
    return this.problem.units.count + (known >= 0 ? known : this.fixed.push(v) - 1);
  }

  /** Every host without a domain is a cell of its own, from which the members are kept. */
  private cellsOf(members: readonly number[], domains: Int32Array): Int32Array {
    const { model, units, hosts } = this.problem;
    const named = domains.reduce((a, b) => Math.max(a, b), -1) + 1;
    let next = named;
    const cells = Int32Array.from(domains, (domain) => (domain >= 0 ? domain : next++));
    for (const v of members) {
      if (v >= model.movable) continue;
      for (let h = 0; h < hosts; h++) if (domains[h] < 0) this.allowed[units.unitOf[v] * hosts + h] = 0;
    }
    return cells;
  }
}
