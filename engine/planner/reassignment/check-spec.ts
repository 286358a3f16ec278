import type { Problem } from "../../errors";
import type { ReassignmentSpec } from "./spec";

type Test = (value: number) => boolean;

const whole: Test = (value) => Number.isSafeInteger(value) && value >= 0;
const positive: Test = (value) => Number.isSafeInteger(value) && value > 0;
const cost: Test = (value) => Number.isFinite(value) && value >= 0;
const below =
  (bound: number, from = 0): Test =>
  (value) =>
    Number.isInteger(value) && value >= from && value < bound;

/** Everything that is wrong with a spec, each problem with its path; at most one per list, the first. */
export function checkSpec(spec: ReassignmentSpec): Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string) => problems.push({ path, message });
  const one = (path: string, value: number | undefined, test: Test, what: string) => {
    if (value !== undefined && !test(value)) say(path, `${value} is not ${what}`);
  };
  const list = (path: string, values: ArrayLike<number> | undefined, length: number, test: Test, what: string) => {
    if (values === undefined) return;
    if (length >= 0 && values.length !== length) {
      say(path, `has ${values.length} entries, not ${length}`);
      return;
    }
    for (let i = 0; i < values.length; i++) {
      if (test(values[i])) continue;
      say(`${path}[${i}]`, `${values[i]} is not ${what}`);
      return;
    }
  };
  const { items, bins } = spec;
  one("items", items, whole, "a whole number");
  one("bins", bins, positive, "a whole number above 0");
  const modes = spec.modes ?? 1;
  one("modes", modes, below(256, 1), "a whole number from 1 to 255");
  if (problems.length > 0) return problems;

  const resources = spec.resources.length;
  spec.resources.forEach((resource, r) => {
    list(`resources[${r}].capacity`, resource.capacity, bins, whole, "a whole number of 0 or more");
    list(`resources[${r}].safety`, resource.safety, bins, whole, "a whole number of 0 or more");
    one(`resources[${r}].excessWeight`, resource.excessWeight, cost, "a number of 0 or more");
  });
  list("demand", spec.demand, items * modes * resources, whole, "a whole number of 0 or more");
  list("modesOf", spec.modesOf, items, below(modes + 1, 1), `a whole number from 1 to ${modes}`);
  list("initial", spec.initial, items, below(bins, -1), "a bin or -1");
  list("initialMode", spec.initialMode, items, below(modes), "a mode");
  list("closed", spec.closed, -1, below(bins), "a bin");
  spec.binSets?.forEach((set, i) => {
    list(`binSets[${i}]`, set, -1, below(bins), "a bin");
  });
  list("allowed", spec.allowed, items, below(spec.binSets?.length ?? 0, -1), "an index of binSets or -1");
  spec.preferences?.forEach((row, i) => {
    list(`preferences[${i}]`, row, bins, cost, "a number of 0 or more");
  });
  list("preference", spec.preference, items, below(spec.preferences?.length ?? 0, -1), "an index of preferences or -1");
  list("useCost", spec.useCost, bins, cost, "a number of 0 or more");
  spec.balances?.forEach((balance, i) => {
    one(`balances[${i}].a`, balance.a, below(resources), "a resource");
    one(`balances[${i}].b`, balance.b, below(resources), "a resource");
    one(`balances[${i}].target`, balance.target, cost, "a number of 0 or more");
    one(`balances[${i}].weight`, balance.weight, cost, "a number of 0 or more");
  });
  spec.fragments?.forEach((fragment, i) => {
    one(`fragments[${i}].resource`, fragment.resource, below(resources), "a resource");
    one(`fragments[${i}].unit`, fragment.unit, positive, "a whole number above 0");
    one(`fragments[${i}].weight`, fragment.weight, cost, "a number of 0 or more");
  });
  spec.partitions?.forEach((cells, i) => {
    list(`partitions[${i}]`, cells, bins, below(2 ** 31), "a cell");
  });
  const groups = spec.groups ?? [];
  const sound = groups.map((group, i) => {
    const before = problems.length;
    list(`groups[${i}]`, group, -1, below(items), "an item");
    if (new Set(Array.from(group)).size !== group.length) say(`groups[${i}]`, "names an item twice");
    return problems.length === before;
  });
  spec.rules?.forEach((rule, i) => {
    const path = `rules[${i}]`;
    one(`${path}.group`, rule.group, below(groups.length), "a group");
    one(`${path}.partition`, rule.partition, below(spec.partitions?.length ?? 0), "a partition");
    one(`${path}.weight`, rule.weight, (value) => value === Infinity || cost(value), "a number of 0 or more");
    if (rule.kind === "apart") one(`${path}.limit`, rule.limit, whole, "a whole number");
    else if (rule.kind === "spread") one(`${path}.atLeast`, rule.atLeast, whole, "a whole number");
    else if (rule.kind === "together") one(`${path}.atMost`, rule.atMost, positive, "a whole number above 0");
    else {
      one(`${path}.other`, rule.other, below(groups.length), "a group");
      if (rule.kind !== "excludes" || !sound[rule.group] || !sound[rule.other]) return;
      const group = new Set(Array.from(groups[rule.group]));
      const both = Array.from(groups[rule.other]).find((item) => group.has(item));
      if (both !== undefined) say(path, `item ${both} is in both groups, which exclude each other`);
    }
  });
  list("moveCost", spec.moveCost, items, cost, "a number of 0 or more");
  list("moveGroup", spec.moveGroup, items, below(2 ** 31, -1), "a move group or -1");
  one("groupMoveWeight", spec.groupMoveWeight, cost, "a number of 0 or more");
  one("maxMoves", spec.maxMoves, (value) => value === Infinity || whole(value), "a whole number");
  if (spec.pairCost) {
    const { fromClass, toClass } = spec.pairCost;
    list("pairCost.fromClass", fromClass, bins, below(bins), "a class");
    list("pairCost.toClass", toClass, bins, below(bins), "a class");
    const classes = (of: ArrayLike<number>) => Array.from(of).reduce((most, each) => Math.max(most, each + 1), 0);
    list("pairCost.cost", spec.pairCost.cost, classes(fromClass) * classes(toClass), cost, "a number of 0 or more");
  }
  return problems;
}
