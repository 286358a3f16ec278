import type { RuleSpec } from "../reassignment";

/** A rule's members by cell while things move: an item in flight between two cells stands in both. */
interface Tally {
  readonly cellOf: (bin: number) => number;
  readonly counts: Map<number, number>;
  /** Items in flight between cells. */
  flying: number;
}

interface Watch {
  readonly rule: RuleSpec;
  /** Of the rule's group, and of the other that it needs or excludes. */
  readonly own: Tally;
  readonly other: Tally;
  readonly isOther: boolean;
}

export interface MovingRulesInput {
  readonly items: number;
  readonly rules: readonly RuleSpec[];
  readonly groups: readonly ArrayLike<number>[];
  readonly partitions: readonly ArrayLike<number>[];
}

/**
 * Hard rules of a reassignment, kept at every instant: what must not be anywhere is counted on both bins of an item in flight;
 * what must be somewhere sees one item in flight at a time.
 */
export class MovingRules {
  private readonly watches: Watch[][];

  constructor({ items, rules, groups, partitions }: MovingRulesInput) {
    this.watches = Array.from({ length: items }, () => []);
    for (const rule of rules) {
      if (rule.weight !== undefined && rule.weight !== Infinity) continue;
      const cells = rule.partition === undefined ? null : partitions[rule.partition];
      const cellOf = (bin: number): number => (bin < 0 ? -1 : cells ? cells[bin] : bin);
      const own: Tally = { cellOf, counts: new Map(), flying: 0 };
      const other: Tally = { cellOf, counts: new Map(), flying: 0 };
      for (const item of Array.from(groups[rule.group])) this.watches[item].push({ rule, own, other, isOther: false });
      if (rule.kind !== "needs" && rule.kind !== "excludes") continue;
      for (const item of Array.from(groups[rule.other])) this.watches[item].push({ rule, own, other, isOther: true });
    }
  }

  /** Whether the item may go from bin to bin; `bundled`: with all others that its rules keep with it. */
  allows(item: number, from: number, to: number, bundled: boolean): boolean {
    return this.watches[item].every((watch) => keeps(watch, from, to, bundled));
  }

  arrive(item: number, from: number, to: number): void {
    for (const tally of this.talliesOf(item)) shift(tally, from, to, tally.cellOf(to), 1);
  }

  leave(item: number, from: number, to: number): void {
    for (const tally of this.talliesOf(item)) shift(tally, from, to, tally.cellOf(from), -1);
  }

  private *talliesOf(item: number): Iterable<Tally> {
    for (const { own, other, isOther } of this.watches[item]) yield isOther ? other : own;
  }
}

function shift(tally: Tally, from: number, to: number, cell: number, sign: 1 | -1): void {
  if (tally.cellOf(from) === tally.cellOf(to)) return;
  if (from >= 0 && to >= 0) tally.flying += sign;
  if (cell >= 0) tally.counts.set(cell, (tally.counts.get(cell) ?? 0) + sign);
}

function keeps({ rule, own, other, isOther }: Watch, from: number, to: number, bundled: boolean): boolean {
  const mine = isOther ? other : own;
  const [left, entered] = [mine.cellOf(from), mine.cellOf(to)];
  if (left === entered) return true;
  const inOwn = (cell: number): number => own.counts.get(cell) ?? 0;
  const inOther = (cell: number): number => other.counts.get(cell) ?? 0;
  if (rule.kind === "apart") return entered < 0 || inOwn(entered) < (rule.limit ?? 1);
  if (rule.kind === "excludes") return entered < 0 || (isOther ? inOwn(entered) : inOther(entered)) === 0;
  if (bundled) return true;
  const used = [...own.counts.values()].filter((count) => count > 0).length;
  if (rule.kind === "together") {
    return entered < 0 || inOwn(entered) > 0 || used < (rule.atMost ?? 1);
  }
  if (own.flying + other.flying > 0) return false;
  if (rule.kind === "spread") {
    const after = used + Number(entered >= 0 && inOwn(entered) === 0) - Number(left >= 0 && inOwn(left) === 1);
    return after >= Math.min(used, rule.atLeast);
  }
  return isOther ? left < 0 || inOther(left) > 1 || inOwn(left) === 0 : entered < 0 || inOther(entered) > 0;
}
