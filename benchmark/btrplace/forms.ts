import type { ReassignmentSpec, RuleSpec } from "../../engine/planner/reassignment";

/** Gathers groups, partitions, rules and sets of bins; equal partitions and equal sets are one. */
export class Forms {
  readonly continuous: RuleSpec[] = [];
  /** Members that stop included: while they run, they count. */
  readonly groups: number[][] = [];
  private readonly rules: RuleSpec[] = [];
  private readonly partitions: Int32Array[] = [];
  private readonly known = new Map<string, number>();
  /** [item] 1 for each bin that it may be on; null: any. */
  private readonly allowed: (Uint8Array | null)[];

  constructor(
    private readonly bins: number,
    items: number,
    /** Items that the spec has: the first so many. */
    private readonly staying: number,
    private readonly refuse: (kind: string, message: string) => void,
  ) {
    this.allowed = Array.from({ length: items }, () => null);
  }

  group(items: readonly number[]): number {
    return this.groups.push([...new Set(items)]) - 1;
  }

  add(rule: RuleSpec, continuous: boolean): void {
    if (rule.kind === "excludes") {
      const members = new Set(this.groups[rule.group]);
      if (this.groups[rule.other].some((item) => members.has(item)))
        return this.refuse("split", "a VM is in two parts");
    }
    this.rules.push(rule);
    if (continuous) this.continuous.push(rule);
  }

  /** Cells numbered by their first bin; bins in no part share one, which nobody concerned may use. */
  partition(kind: string, parts: readonly number[][]): number {
    const cells = new Int32Array(this.bins).fill(parts.length);
    parts.forEach((part, cell) => {
      for (const b of part) {
        if (cells[b] !== parts.length) this.refuse(kind, "a node is in two parts");
        cells[b] = cell;
      }
    });
    const numbers = new Int32Array(parts.length + 1).fill(-1);
    let next = 0;
    for (let b = 0; b < this.bins; b++) {
      if (numbers[cells[b]] < 0) numbers[cells[b]] = next++;
      cells[b] = numbers[cells[b]];
    }
    const key = Buffer.from(cells.buffer).toString("latin1");
    const found = this.known.get(key) ?? this.partitions.push(cells) - 1;
    this.known.set(key, found);
    return found;
  }

  /** Only on these bins. */
  restrict(items: readonly number[], bins: readonly number[]): void {
    const mask = new Uint8Array(this.bins);
    for (const b of bins) mask[b] = 1;
    this.mask(items, mask);
  }

  /** On any but these bins. */
  bar(items: readonly number[], bins: readonly number[]): void {
    const mask = new Uint8Array(this.bins).fill(1);
    for (const b of bins) mask[b] = 0;
    this.mask(items, mask);
  }

  private mask(items: readonly number[], mask: Uint8Array): void {
    if (!mask.includes(0)) return;
    for (const item of items) {
      const before = this.allowed[item];
      this.allowed[item] = before === null ? mask : before.map((open, b) => open & mask[b]);
    }
  }

  spec(): Pick<ReassignmentSpec, "groups" | "partitions" | "rules" | "binSets" | "allowed"> {
    const sets = new Map<string, number>();
    const binSets: number[][] = [];
    const rowOf = new Map<Uint8Array, number>();
    const allowed = this.allowed.slice(0, this.staying).map((mask) => {
      if (mask === null) return -1;
      const known = rowOf.get(mask);
      if (known !== undefined) return known;
      const key = Buffer.from(mask.buffer).toString("latin1");
      const row = sets.get(key) ?? binSets.push(binsIn(mask)) - 1;
      sets.set(key, row);
      rowOf.set(mask, row);
      return row;
    });
    const groups = this.groups.map((group) => group.filter((item) => item < this.staying));
    return { groups, partitions: this.partitions, rules: this.rules, binSets, allowed };
  }
}

function binsIn(mask: Uint8Array): number[] {
  const bins: number[] = [];
  for (let b = 0; b < mask.length; b++) if (mask[b] === 1) bins.push(b);
  return bins;
}
