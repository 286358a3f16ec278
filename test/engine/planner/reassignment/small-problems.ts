import fc from "fast-check";
import type { ReassignmentSpec, RuleSpec } from "../../../../engine/planner/reassignment";

/** Small problems with every feature of the form, feasible or not; `loose` ones have room for everything and no rule. */
export function smallSpec(): fc.Arbitrary<ReassignmentSpec> {
  return fc
    .record({
      items: fc.integer({ min: 2, max: 9 }),
      bins: fc.integer({ min: 2, max: 5 }),
      resources: fc.integer({ min: 1, max: 3 }),
      modes: fc.integer({ min: 1, max: 2 }),
    })
    .chain(({ items, bins, resources, modes }) => {
      const whole = (max: number, length: number, min = 0) =>
        fc.array(fc.integer({ min, max }), { minLength: length, maxLength: length });
      const members = fc.uniqueArray(fc.integer({ min: 0, max: items - 1 }), { minLength: 1 });
      const weight = fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined });
      const group = fc.constantFrom(0, 1, 2);
      const partition = fc.constantFrom(undefined, 0, 1);
      const rule: fc.Arbitrary<RuleSpec> = fc.oneof(
        fc.record({ kind: fc.constant("apart" as const), group, partition, weight, limit: fc.constantFrom(1, 2) }),
        fc.record({ kind: fc.constant("spread" as const), group, partition, weight, atLeast: fc.constantFrom(2, 3) }),
        fc.record({ kind: fc.constant("together" as const), group, partition, weight, atMost: fc.constantFrom(1, 2) }),
        fc.record({ kind: fc.constant("needs" as const), group, partition, weight, other: group }),
        // Groups 3 and 4 share no item.
        fc.record({
          kind: fc.constant("excludes" as const),
          group: fc.constant(3),
          partition,
          weight,
          other: fc.constant(4),
        }),
      );
      const half = items >> 1;
      return fc.record({
        items: fc.constant(items),
        bins: fc.constant(bins),
        modes: fc.constant(modes),
        modesOf: whole(modes, items, 1),
        resources: fc.array(
          fc.record({
            capacity: whole(40, bins, 5),
            safety: fc.option(whole(30, bins), { nil: undefined }),
            excessWeight: fc.integer({ min: 0, max: 9 }),
            transient: fc.boolean(),
          }),
          { minLength: resources, maxLength: resources },
        ),
        demand: whole(9, items * modes * resources),
        initial: whole(bins - 1, items, -1),
        initialMode: fc.constant(Array.from({ length: items }, () => 0)),
        modeChangeIsMove: fc.boolean(),
        closed: fc.constantFrom([], [0]),
        binSets: fc.constant([Array.from({ length: bins - 1 }, (_, bin) => bin), [0, 1]]),
        allowed: whole(1, items, -1),
        preferences: fc.tuple(whole(9, bins), whole(9, bins)),
        preference: whole(1, items, -1),
        useCost: whole(5, bins),
        balances: fc.array(
          fc.record({
            a: fc.constant(0),
            b: fc.constant(resources - 1),
            target: fc.constantFrom(0.5, 1, 2),
            weight: fc.constantFrom(0, 4),
          }),
          { maxLength: 2 },
        ),
        fragments: fc.array(
          fc.record({ resource: fc.constant(0), unit: fc.constantFrom(4, 7), weight: fc.constant(3) }),
          {
            maxLength: 1,
          },
        ),
        partitions: fc.tuple(whole(1, bins), whole(2, bins)),
        groups: fc
          .tuple(members, members, members)
          .map((groups) => [
            ...groups,
            Array.from({ length: half }, (_, item) => item),
            Array.from({ length: items - half }, (_, item) => half + item),
          ]),
        rules: fc.array(rule, { maxLength: 6 }),
        moveCost: whole(5, items),
        moveGroup: whole(1, items, -1),
        groupMoveWeight: fc.integer({ min: 0, max: 7 }),
        pairCost: fc.option(
          fc.record({
            fromClass: fc.constant(Array.from({ length: bins }, (_, bin) => bin % 2)),
            toClass: fc.constant(Array.from({ length: bins }, (_, bin) => bin)),
            cost: whole(9, 2 * bins),
          }),
          { nil: undefined },
        ),
        maxMoves: fc.constantFrom(undefined, 2, 4),
      });
    });
}
