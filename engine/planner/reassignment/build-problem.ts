import { AffinityError } from "../../errors";
import { buildCounters } from "./build-counters";
import { checkSpec } from "./check-spec";
import type { ReassignmentProblem } from "./problem";
import type { ReassignmentSpec } from "./spec";

/** Counts of members by cell: 4 bytes each. */
const MOST_COUNTS = 2 ** 29;

/**
 * Compiles a spec into the form that the solver works on.
 * @throws AffinityError REASSIGNMENT_INVALID listing everything that is wrong with the spec.
 */
export function buildProblem(spec: ReassignmentSpec): ReassignmentProblem {
  const problems = checkSpec(spec);
  if (problems.length > 0) {
    throw new AffinityError({
      code: "REASSIGNMENT_INVALID",
      message: `the reassignment problem is not valid: ${problems.length} problem${problems.length === 1 ? "" : "s"}`,
      problems,
    });
  }
  const { items, bins } = spec;
  const modes = spec.modes ?? 1;
  const resources = spec.resources.length;
  const perBin = (of: (r: number) => ArrayLike<number>): Float64Array => {
    const values = new Float64Array(bins * resources);
    for (let r = 0; r < resources; r++) {
      const column = of(r);
      for (let b = 0; b < bins; b++) values[b * resources + r] = column[b];
    }
    return values;
  };
  const cellOf = new Int32Array(bins * (1 + (spec.partitions?.length ?? 0)));
  for (let b = 0; b < bins; b++) cellOf[b] = b;
  spec.partitions?.forEach((cells, i) => {
    cellOf.set(renumber(cells), (i + 1) * bins);
  });
  const partitions = cellOf.length / bins;
  const cells = new Int32Array(partitions);
  for (let i = 0; i < cellOf.length; i++) {
    const partition = Math.floor(i / bins);
    cells[partition] = Math.max(cells[partition], cellOf[i] + 1);
  }
  const { counters, pairRules } = buildCounters(spec, cells);
  if (counters.size > MOST_COUNTS) {
    throw new AffinityError({
      code: "REASSIGNMENT_TOO_LARGE",
      message: `the rules need ${counters.size} counts of members by cell, the most is ${MOST_COUNTS}`,
      hint: "split the problem by cluster, or give rules over the bins to fewer groups",
    });
  }
  const moveGroup = spec.moveGroup ? renumber(spec.moveGroup) : new Int32Array(items).fill(-1);
  return {
    items,
    bins,
    resources,
    modes,
    demand: Float64Array.from(spec.demand),
    modesOf: spec.modesOf ? Uint8Array.from(spec.modesOf) : new Uint8Array(items).fill(modes),
    initial: Int32Array.from(spec.initial),
    initialMode: spec.initialMode ? Uint8Array.from(spec.initialMode) : new Uint8Array(items),
    modeChangeIsMove: spec.modeChangeIsMove ?? false,
    capacity: perBin((r) => spec.resources[r].capacity),
    safety: perBin((r) => spec.resources[r].safety ?? spec.resources[r].capacity),
    excessWeight: Float64Array.from(spec.resources, (resource) => resource.excessWeight ?? 0),
    transient: Uint8Array.from(spec.resources, (resource) => (resource.transient ? 1 : 0)),
    ...allowedBins(spec),
    preferenceRow: spec.preference ? Int32Array.from(spec.preference) : new Int32Array(items).fill(-1),
    preference: Float64Array.from((spec.preferences ?? []).flatMap((row) => Array.from(row))),
    useCost: spec.useCost ? Float64Array.from(spec.useCost) : new Float64Array(bins),
    balances: {
      a: Int32Array.from(spec.balances ?? [], (balance) => balance.a),
      b: Int32Array.from(spec.balances ?? [], (balance) => balance.b),
      target: Float64Array.from(spec.balances ?? [], (balance) => balance.target),
      weight: Float64Array.from(spec.balances ?? [], (balance) => balance.weight),
    },
    fragments: {
      resource: Int32Array.from(spec.fragments ?? [], (fragment) => fragment.resource),
      unit: Float64Array.from(spec.fragments ?? [], (fragment) => fragment.unit),
      weight: Float64Array.from(spec.fragments ?? [], (fragment) => fragment.weight),
    },
    partitions,
    cellOf,
    cells,
    counters,
    pairRules,
    moveCost: spec.moveCost ? Float64Array.from(spec.moveCost) : new Float64Array(items),
    moveGroup,
    moveGroups: moveGroup.reduce((most, group) => Math.max(most, group + 1), 0),
    groupMoveWeight: spec.groupMoveWeight ?? 0,
    pairFrom: spec.pairCost ? Int32Array.from(spec.pairCost.fromClass) : new Int32Array(bins),
    pairTo: spec.pairCost ? Int32Array.from(spec.pairCost.toClass) : new Int32Array(bins),
    pairToClasses: spec.pairCost
      ? Array.from(spec.pairCost.toClass).reduce((most, each) => Math.max(most, each + 1), 1)
      : 1,
    pairCost: spec.pairCost ? Float64Array.from(spec.pairCost.cost) : new Float64Array(1),
    maxMoves: spec.maxMoves ?? Infinity,
  };
}

/** One row of allowed bins per set, closed bins taken out; and a row of all open bins where some are closed. */
function allowedBins(spec: ReassignmentSpec): Pick<ReassignmentProblem, "allowed" | "allowedRow"> {
  const { items, bins } = spec;
  const sets = spec.binSets ?? [];
  const closed = Array.from(spec.closed ?? []);
  const rows = sets.length + (closed.length > 0 ? 1 : 0);
  const allowed = new Uint8Array(rows * bins);
  sets.forEach((set, row) => {
    for (let i = 0; i < set.length; i++) allowed[row * bins + set[i]] = 1;
  });
  if (closed.length > 0) allowed.fill(1, sets.length * bins);
  for (let row = 0; row < rows; row++) for (const bin of closed) allowed[row * bins + bin] = 0;
  const open = closed.length > 0 ? sets.length : -1;
  const allowedRow = new Int32Array(items).fill(open);
  if (spec.allowed) for (let i = 0; i < items; i++) if (spec.allowed[i] >= 0) allowedRow[i] = spec.allowed[i];
  return { allowed, allowedRow };
}

/** The same classes numbered densely from 0, in order of appearance; negative ones stay -1. */
function renumber(classes: ArrayLike<number>): Int32Array {
  const known = new Map<number, number>();
  return Int32Array.from(classes, (each) => {
    if (each < 0) return -1;
    const found = known.get(each) ?? known.size;
    known.set(each, found);
    return found;
  });
}
