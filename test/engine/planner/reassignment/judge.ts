import type { ReassignmentSpec, RuleSpec } from "../../../../engine/planner/reassignment";

export interface Verdict {
  cost: number;
  /** The part of it that items' moves by themselves cost. */
  moveCost: number;
  /** Units of everything hard that is broken. */
  broken: number;
}

/** What an assignment costs and breaks, from the spec's own words; shares no code with the builder or the solver. */
export function judge(spec: ReassignmentSpec, bins: ArrayLike<number>, modes: ArrayLike<number>): Verdict {
  const items = Array.from({ length: spec.items }, (_, item) => item);
  const everyBin = Array.from({ length: spec.bins }, (_, bin) => bin);
  const perMode = spec.modes ?? 1;
  let cost = 0;
  let broken = 0;
  const demand = (item: number, mode: number, r: number) =>
    spec.demand[(item * perMode + mode) * spec.resources.length + r];
  const startMode = (item: number) => spec.initialMode?.[item] ?? 0;
  const left = (item: number) =>
    spec.initial[item] >= 0 && (bins[item] !== spec.initial[item] || modes[item] !== startMode(item));

  for (const bin of everyBin) {
    const here = items.filter((item) => bins[item] === bin);
    const used = spec.resources.map((_, r) => here.reduce((sum, item) => sum + demand(item, modes[item], r), 0));
    const free = spec.resources.map(({ capacity }, r) => capacity[bin] - used[r]);
    spec.resources.forEach((resource, r) => {
      const gone = items.filter((item) => spec.initial[item] === bin && left(item));
      const inFlight = resource.transient ? gone.reduce((sum, item) => sum + demand(item, startMode(item), r), 0) : 0;
      broken += Math.max(0, used[r] + inFlight - resource.capacity[bin]);
      cost += (resource.excessWeight ?? 0) * Math.max(0, used[r] - (resource.safety ?? resource.capacity)[bin]);
    });
    for (const { a, b, target, weight } of spec.balances ?? [])
      cost += weight * Math.max(0, target * free[a] - free[b]);
    for (const { resource, unit, weight } of spec.fragments ?? [])
      cost += weight * (Math.max(0, free[resource]) % unit);
    if (here.length > 0) cost += spec.useCost?.[bin] ?? 0;
    if (Array.from(spec.closed ?? []).includes(bin)) broken += here.length;
  }

  const moves = new Map<number, number>();
  let moved = 0;
  let moveCost = 0;
  for (const item of items) {
    const [bin, home] = [bins[item], spec.initial[item]];
    if (bin < 0) {
      broken++;
      continue;
    }
    const set = spec.allowed?.[item] ?? -1;
    if (set >= 0 && !Array.from(spec.binSets![set]).includes(bin)) broken++;
    const row = spec.preference?.[item] ?? -1;
    if (row >= 0) cost += spec.preferences![row][bin];
    if (!left(item) || (bin === home && !spec.modeChangeIsMove)) continue;
    moved++;
    moveCost += spec.moveCost?.[item] ?? 0;
    const group = spec.moveGroup?.[item] ?? -1;
    if (group >= 0) moves.set(group, (moves.get(group) ?? 0) + 1);
    if (bin === home || !spec.pairCost) continue;
    const { fromClass, toClass, cost: costs } = spec.pairCost;
    const classes = Math.max(...Array.from(toClass)) + 1;
    moveCost += costs[fromClass[home] * classes + toClass[bin]];
  }
  cost += moveCost + (spec.groupMoveWeight ?? 0) * Math.max(0, ...moves.values());
  broken += Math.max(0, moved - (spec.maxMoves ?? Infinity));

  for (const rule of spec.rules ?? []) {
    const units = unitsOf(spec, rule, bins);
    if (rule.weight === undefined || rule.weight === Infinity) broken += units;
    else cost += units * rule.weight;
  }
  return { cost, moveCost, broken };
}

function unitsOf(spec: ReassignmentSpec, rule: RuleSpec, bins: ArrayLike<number>): number {
  const cells = (group: number) =>
    Array.from(spec.groups![group])
      .map((item) => bins[item])
      .filter((bin) => bin >= 0)
      .map((bin) => (rule.partition === undefined ? bin : spec.partitions![rule.partition][bin]));
  const here = cells(rule.group);
  const distinct = [...new Set(here)];
  if (rule.kind === "apart") {
    const most = rule.limit ?? 1;
    return distinct.reduce((sum, cell) => sum + Math.max(0, here.filter((each) => each === cell).length - most), 0);
  }
  if (rule.kind === "spread") return Math.max(0, rule.atLeast - distinct.length);
  if (rule.kind === "together") return Math.max(0, distinct.length - (rule.atMost ?? 1));
  const other = new Set(cells(rule.other));
  return distinct.filter((cell) => other.has(cell) === (rule.kind === "excludes")).length;
}
