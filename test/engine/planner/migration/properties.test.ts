import assert from "node:assert/strict";
import fc from "fast-check";
import { openPlainDevice } from "../../../../engine/compute/devices/plain";
import { planPlacement } from "../../../../engine/planner";
import { migrationPlanSchema } from "../../../../engine/planner/migration";
import { makeWorld, type World } from "../world";
import { canReach } from "./reachable";
import { outcome, replay } from "./replay";
import { wayTo } from "./targets";

interface Layout {
  readonly memoryGb: readonly number[];
  readonly vms: readonly { readonly memoryGb: number; readonly on: number; readonly to: number }[];
  readonly apart: readonly (readonly number[])[];
}

/** Tight clusters of a few hosts, with two placements of the same VMs. */
const layoutArbitrary = (hosts: number, vms: number, memoryGb = { min: 12, max: 24 }): fc.Arbitrary<Layout> =>
  fc.record({
    memoryGb: fc.array(fc.integer(memoryGb), { minLength: 2, maxLength: hosts }),
    vms: fc.array(
      fc.record({ memoryGb: fc.integer({ min: 4, max: 12 }), on: fc.nat(hosts - 1), to: fc.nat(hosts - 1) }),
      { minLength: 2, maxLength: vms },
    ),
    apart: fc.array(fc.uniqueArray(fc.nat(vms - 1), { minLength: 2, maxLength: 3 }), { maxLength: 2 }),
  });

/** The layout as a world and its target, with what doesn't fit there left out; null where nothing is left to move. */
function worldOf(layout: Layout, migration = {}): { world: World; targets: Record<string, string> } | null {
  const hosts = layout.memoryGb.length;
  const free = [layout.memoryGb.slice(), layout.memoryGb.slice()];
  const there: number[][][] = [0, 1].map(() => layout.memoryGb.map(() => []));
  const kept = layout.vms.flatMap((vm, v) => {
    const places = [vm.on % hosts, vm.to % hosts];
    const fits = places.every((host, side) => {
      const clash = layout.apart.some(
        (members) => members.includes(v) && there[side][host].some((o) => members.includes(o)),
      );
      return free[side][host] >= vm.memoryGb && !clash;
    });
    if (!fits) return [];
    places.forEach((host, side) => {
      free[side][host] -= vm.memoryGb;
      there[side][host].push(v);
    });
    return [{ v, name: `vm-${v}`, memoryGb: vm.memoryGb, on: `esx-${places[0]}`, to: `esx-${places[1]}` }];
  });
  const targets = Object.fromEntries(kept.filter(({ on, to }) => on !== to).map(({ name, to }) => [name, to]));
  if (Object.keys(targets).length === 0) return null;
  const rules = layout.apart.flatMap((members, key) => {
    const virtualMachines = kept.filter(({ v }) => members.includes(v)).map(({ name }) => name);
    const rule = { kind: "vmAntiAffinity", key, name: `apart-${key}`, enabled: true, mandatory: true, virtualMachines };
    return virtualMachines.length > 1 ? [rule] : [];
  });
  const world = makeWorld({
    hosts: layout.memoryGb.map((memoryGb, h) => ({ name: `esx-${h}`, memoryGb, cores: 64 })),
    vms: kept.map(({ name, memoryGb, on }) => ({ name, memoryGb, on })),
    cluster: { rules },
    request: { config: { maxMoves: 100, migration } },
  });
  return { world, targets };
}

describe("migration properties", () => {
  it("every wave is reachable by replay, and each target is reached or reported", () => {
    let [moves, stops, waves] = [0, 0, 0];
    fc.assert(
      fc.property(layoutArbitrary(5, 14), (layout) => {
        const made = worldOf(layout);
        if (!made) return;
        const plan = migrationPlanSchema.parse(wayTo(made.world, made.targets));
        assert.deepEqual(replay(made.world.snapshot, made.world.request, plan), []);
        const after = outcome(made.world.snapshot, plan);
        const unreachable = new Set(plan.unreachable.map(({ vm }) => vm));
        for (const [vm, host] of Object.entries(made.targets)) {
          if (!unreachable.has(vm)) assert.equal(after.get(vm), host, `${vm} isn't on ${host}`);
          else assert.equal(after.get(vm), made.world.snapshot.virtualMachines.find(({ name }) => name === vm)!.host);
        }
        for (const { name, host } of made.world.snapshot.virtualMachines) {
          if (!(name in made.targets)) assert.equal(after.get(name), host, `${name} was not to move`);
        }
        waves = Math.max(waves, plan.waves.length);
        for (const wave of plan.waves)
          for (const move of wave.moves) {
            if (move.temporary) stops++;
            else moves++;
          }
      }),
      { numRuns: 300, seed: 23 },
    );
    assert.ok(moves > 500 && stops > 10 && waves > 2, `${moves} moves, ${stops} stops, ${waves} waves at most`);
  });

  it("a wave that needs none before it keeps every constraint, whichever of their moves were not done", () => {
    let [without, dependent] = [0, 0];
    // Some waves end where room or a rule does, others where vCenter's limit on a slow network does.
    const layouts = layoutArbitrary(3, 30, { min: 40, max: 140 });
    fc.assert(
      fc.property(layouts, fc.infiniteStream(fc.boolean()), (layout, done) => {
        const made = worldOf(layout, { networkGbps: 1 });
        if (!made) return;
        const plan = wayTo(made.world, made.targets);
        const first = plan.waves.findIndex(({ needsEarlier }) => needsEarlier);
        if (first >= 0) dependent++;
        const free = first < 0 ? plan.waves : plan.waves.slice(0, first);
        const waves = free.flatMap((wave, w) => {
          const moves = w < free.length - 1 ? wave.moves.filter(() => done.next().value) : wave.moves;
          without += wave.moves.length - moves.length;
          return moves.length > 0 ? [{ ...wave, moves }] : [];
        });
        assert.deepEqual(replay(made.world.snapshot, made.world.request, { ...plan, waves }), []);
      }),
      { numRuns: 300, seed: 31 },
    );
    assert.ok(without > 20 && dependent > 20, `${without} moves not done, ${dependent} plans with a dependent wave`);
  });

  it("reports as unreachable what an exhaustive search can't reach, and seldom anything else", () => {
    const tally = { reached: 0, impossible: 0, missed: 0 };
    fc.assert(
      fc.property(layoutArbitrary(4, 7), (layout) => {
        const made = worldOf(layout);
        if (!made) return;
        const reached = wayTo(made.world, made.targets).unreachable.length === 0;
        const possible = canReach(made.world.snapshot, made.targets);
        assert.ok(possible || !reached, "a way was found where there is none");
        if (reached) tally.reached++;
        else if (possible) tally.missed++;
        else tally.impossible++;
      }),
      { numRuns: 300, seed: 29 },
    );
    assert.ok(tally.impossible > 10, JSON.stringify(tally));
    assert.ok(tally.missed <= tally.reached / 50, JSON.stringify(tally));
  });

  it("two full hosts change their VMs through a third, or not at all", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 64 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 40 }),
        (size, third, used) => {
          const hosts = [
            { name: "a", memoryGb: size },
            { name: "b", memoryGb: size },
          ];
          const world = makeWorld({
            hosts: third ? [...hosts, { name: "c", memoryGb: size + used }] : hosts,
            vms: [
              { name: "x", on: "a", memoryGb: size },
              { name: "y", on: "b", memoryGb: size },
              ...(third && used > 0 ? [{ name: "z", on: "c", memoryGb: used }] : []),
            ],
            request: {},
          });
          const plan = wayTo(world, { x: "b", y: "a" });
          assert.deepEqual(replay(world.snapshot, world.request, plan), []);
          const all = plan.waves.flatMap(({ moves }) => moves);
          if (third) {
            assert.equal(all.length, 3);
            assert.deepEqual(
              all.map(({ temporary }) => temporary ?? false),
              [true, false, false],
            );
          } else {
            assert.deepEqual(all, []);
            assert.deepEqual(plan.unreachable.map(({ vm, to }) => `${vm} to ${to}`).sort(), ["x to b", "y to a"]);
            assert.ok(plan.unreachable.every(({ because }) => because.length > 0));
          }
        },
      ),
      { numRuns: 60, seed: 31 },
    );
  });

  it("a plan's waves end where its moves do, and all of them can be reached", async () => {
    let waves = 0;
    await fc.assert(
      fc.asyncProperty(
        layoutArbitrary(5, 14),
        fc.array(fc.double({ min: 0, max: 0.4, noNaN: true }), { minLength: 5, maxLength: 5 }),
        async (layout, risks) => {
          const made = worldOf(layout);
          if (!made) return;
          const { snapshot, assessment } = made.world;
          const request = { ...made.world.request, include: "all" as const };
          assessment.hosts.failureProbability.forEach(
            (_, h) => (assessment.hosts.failureProbability[h] = risks[h % 5]),
          );
          const plan = await planPlacement(request, snapshot, snapshot.clusters[0], assessment, {
            device: openPlainDevice(),
          });
          assert.equal(plan.migration === undefined, plan.moves.length === 0);
          if (!plan.migration) return;
          waves += plan.migration.waves.length;
          assert.deepEqual(plan.migration.unreachable, []);
          assert.deepEqual(replay(snapshot, request, plan.migration), []);
          const after = outcome(snapshot, plan.migration);
          for (const { id, toHostId } of plan.moves) assert.equal(after.get(id), toHostId);
          assert.ok(plan.migration.waves.every(({ moves }) => moves.every(({ reason }) => reason.length > 0)));
        },
      ),
      { numRuns: 80, seed: 37 },
    );
    assert.ok(waves > 25, `only ${waves} waves`);
  });
});
