import type { Counters, PairRules } from "./problem";
import type { ReassignmentSpec, RuleSpec } from "./spec";

interface Counter {
  readonly group: readonly number[];
  readonly partition: number;
  limit: number;
  limitWeight: number;
  fewest: number;
  fewestWeight: number;
  most: number;
  mostWeight: number;
}

type Bound = "limit" | "fewest" | "most";

const UNBOUND: Readonly<Record<Bound, number>> = { limit: Infinity, fewest: 0, most: Infinity };

/** Rules over one group become bounds of a counter; rules over two join two counters. */
export function buildCounters(spec: ReassignmentSpec, cells: Int32Array): { counters: Counters; pairRules: PairRules } {
  const list: Counter[] = [];
  const known = new Map<string, number[]>();
  const pairs: { from: number; to: number; excludes: boolean; weight: number }[] = [];
  const groups = (spec.groups ?? []).map((group) => Array.from(group));

  const add = (group: readonly number[], partition: number): number =>
    list.push({
      group,
      partition,
      ...UNBOUND,
      limitWeight: Infinity,
      fewestWeight: Infinity,
      mostWeight: Infinity,
    }) - 1;
  /** A counter of the group over the partition; of several (bounds with weights of their own), one that `fits`. */
  const counterOf = (group: number, partition: number, fits: (counter: Counter) => boolean): number => {
    const key = `${group}/${partition}`;
    const found = known.get(key) ?? [];
    const fitting = found.find((index) => fits(list[index]));
    if (fitting !== undefined) return fitting;
    const index = add(groups[group], partition);
    known.set(key, [...found, index]);
    return index;
  };
  const bound = (rule: RuleSpec, name: Bound, value: number) => {
    const weight = rule.weight ?? Infinity;
    const partition = rule.partition === undefined ? 0 : rule.partition + 1;
    const index = counterOf(rule.group, partition, (counter) => counter[name] === UNBOUND[name]);
    list[index][name] = value;
    list[index][`${name}Weight`] = weight;
  };
  const pair = (rule: RuleSpec & { kind: "needs" | "excludes" }) => {
    const partition = rule.partition === undefined ? 0 : rule.partition + 1;
    const others = new Set(groups[rule.other]);
    // A member of both brings what it needs along.
    const rest = groups[rule.group].filter((item) => !others.has(item));
    if (rest.length === 0) return;
    const whole = rest.length === groups[rule.group].length;
    const from = whole ? counterOf(rule.group, partition, () => true) : add(rest, partition);
    const to = counterOf(rule.other, partition, () => true);
    pairs.push({ from, to, excludes: rule.kind === "excludes", weight: rule.weight ?? Infinity });
  };
  for (const rule of spec.rules ?? []) {
    if (rule.weight === 0) continue;
    if (rule.kind === "apart") {
      if (groups[rule.group].length > (rule.limit ?? 1)) bound(rule, "limit", rule.limit ?? 1);
    } else if (rule.kind === "spread") {
      if (rule.atLeast > 0) bound(rule, "fewest", rule.atLeast);
    } else if (rule.kind === "together") {
      if (groups[rule.group].length > (rule.atMost ?? 1)) bound(rule, "most", rule.atMost ?? 1);
    } else pair(rule);
  }

  const offset = new Int32Array(list.length);
  let size = 0;
  list.forEach((counter, index) => {
    offset[index] = size;
    size += cells[counter.partition];
  });
  const members = compress(list.map((counter) => counter.group));
  const ofItem = invert(
    list.map((counter) => counter.group),
    spec.items,
  );
  const asFrom = invert(
    pairs.map((each) => [each.from]),
    list.length,
  );
  const asTo = invert(
    pairs.map((each) => [each.to]),
    list.length,
  );
  return {
    counters: {
      count: list.length,
      partition: Int32Array.from(list, (counter) => counter.partition),
      offset,
      size,
      limit: Float64Array.from(list, (counter) => counter.limit),
      limitWeight: Float64Array.from(list, (counter) => counter.limitWeight),
      fewest: Float64Array.from(list, (counter) => counter.fewest),
      fewestWeight: Float64Array.from(list, (counter) => counter.fewestWeight),
      most: Float64Array.from(list, (counter) => counter.most),
      mostWeight: Float64Array.from(list, (counter) => counter.mostWeight),
      ofItemStart: ofItem.start,
      ofItem: ofItem.values,
      membersStart: members.start,
      members: members.values,
    },
    pairRules: {
      count: pairs.length,
      from: Int32Array.from(pairs, (each) => each.from),
      to: Int32Array.from(pairs, (each) => each.to),
      excludes: Uint8Array.from(pairs, (each) => (each.excludes ? 1 : 0)),
      weight: Float64Array.from(pairs, (each) => each.weight),
      asFromStart: asFrom.start,
      asFrom: asFrom.values,
      asToStart: asTo.start,
      asTo: asTo.values,
    },
  };
}

/** Lists as one array of values and the start of each list. */
function compress(lists: readonly (readonly number[])[]): { start: Int32Array; values: Int32Array } {
  const start = new Int32Array(lists.length + 1);
  lists.forEach((each, index) => {
    start[index + 1] = start[index] + each.length;
  });
  const values = new Int32Array(start[lists.length]);
  lists.forEach((each, index) => {
    values.set(each, start[index]);
  });
  return { start, values };
}

/** For each value below `bound`, the indices of the lists that hold it. */
function invert(lists: readonly (readonly number[])[], bound: number): { start: Int32Array; values: Int32Array } {
  const start = new Int32Array(bound + 1);
  for (const each of lists) for (const value of each) start[value + 1]++;
  for (let i = 0; i < bound; i++) start[i + 1] += start[i];
  const next = start.slice();
  const values = new Int32Array(start[bound]);
  lists.forEach((each, index) => {
    for (const value of each) values[next[value]++] = index;
  });
  return { start, values };
}
