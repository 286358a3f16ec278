import assert from "node:assert/strict";
import fc from "fast-check";
import { openPlainDevice } from "../../../../engine/compute/devices/plain";
import { AffinityError } from "../../../../engine/errors";
import { type Plan, planPlacement } from "../../../../engine/planner";
import { compileConstraints } from "../../../../engine/planner/constraints";
import { COST_UNIT } from "../../../../engine/planner/plan";
import { buildProblem, compileModel } from "../../../../engine/planner/problem";
import { hostLosses, Search } from "../../../../engine/planner/solver";
import { makeWorld, type World, type WorldSpec } from "../world";

const clusterArbitrary: fc.Arbitrary<WorldSpec> = fc
  .record({ hosts: fc.integer({ min: 2, max: 5 }), running: fc.integer({ min: 2, max: 14 }) })
  .chain(({ hosts, running }) =>
    fc.record({
      hosts: fc.tuple(
        ...Array.from({ length: hosts }, (_, i) =>
          fc.record({
            name: fc.constant(`esx-${i}`),
            memoryGb: fc.constantFrom(48, 64),
            failure: fc.constantFrom(0.001, 0.001, 0.05, 0.3),
            maintenance: fc.boolean().map((odd) => odd && i === 0),
          }),
        ),
      ),
      vms: fc.tuple(
        ...Array.from({ length: running }, (_, i) =>
          fc.record({
            name: fc.constant(`vm-${i}`),
            memoryGb: fc.constantFrom(2, 4, 8, 14),
            cpuMhz: fc.integer({ min: 0, max: 20_000 }),
            on: fc.integer({ min: 0, max: hosts - 1 }).map((h) => `esx-${h}`),
          }),
        ),
      ),
      cluster: fc.constantFrom({}, { ha: { enabled: true, admissionControl: { policy: "hostFailures", hosts: 1 } } }),
      request: fc.record({
        include: fc.constant("all"),
        groups: fc
          .array(
            fc.record({
              kind: fc.constantFrom("together", "apart"),
              members: fc.uniqueArray(
                fc.integer({ min: 0, max: running - 1 }).map((i) => `vm-${i}`),
                {
                  minLength: 2,
                  maxLength: 3,
                },
              ),
              mandatory: fc.boolean(),
            }),
            { maxLength: 2 },
          )
          .map((groups) => groups.map((group, i) => ({ ...group, name: `group-${i}` }))),
        config: fc.record({ maxMoves: fc.constantFrom(1, 3, 50), gainThreshold: fc.constantFrom(0.02, 0.2) }),
      }),
    }),
  );

/** What a placement is worth, evaluated from nothing, every VM a unit of its own: broken constraints, restarts, cost. */
function worth({ request, snapshot, assessment }: World, hostOf: ReadonlyMap<string, string>): number[] {
  const model = compileModel(request, snapshot, snapshot.clusters[0], assessment);
  const loose = compileConstraints(model).map((constraint) => ({
    ...constraint,
    form: { denied: constraint.form.denied, bind: constraint.form.bind.bind(constraint.form) },
  }));
  const search = new Search(buildProblem(model, loose));
  const index = new Map(model.hosts.map((host, h) => [host.id, h]));
  const placement = Int32Array.from(model.vms, (vm) => index.get(hostOf.get(vm.name) ?? "") ?? vm.current);
  let departures = 0;
  for (let v = 0; v < model.movable; v++) {
    search.move(v, placement[v]);
    if (model.vms[v].current >= 0 && placement[v] !== model.vms[v].current) departures++;
  }
  const broken = search.state.hard.reduce((sum, check) => sum + check.violation(), 0);
  const homeless = hostLosses(model, placement).reduce((sum, { vms }) => sum + vms.length, 0);
  const cost = Object.values(search.costs()).reduce((a, b) => a + b, 0);
  return [broken, homeless, cost + departures * Math.round(request.config.gainThreshold * COST_UNIT)];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
}

describe("the moves of a plan", () => {
  it("are all needed: without any one of them the plan is worse, judged from outside", async () => {
    let judged = 0;
    await fc.assert(
      fc.asyncProperty(clusterArbitrary, async (spec) => {
        const world = makeWorld(spec);
        const { request, snapshot, assessment } = world;
        const plan = await planPlacement(request, snapshot, snapshot.clusters[0], assessment, {
          device: openPlainDevice(),
        }).catch((error: unknown): Plan | null => {
          if (error instanceof AffinityError && error.code === "PLAN_INFEASIBLE") return null;
          throw error;
        });
        if (!plan) return;
        const hostOf = new Map(plan.virtualMachines.map(({ vm, hostId }) => [vm, hostId]));
        const standing = worth(world, hostOf);
        for (const { vm, fromHostId } of plan.moves) {
          judged++;
          const without = worth(world, new Map([...hostOf, [vm, fromHostId]]));
          assert.ok(
            compare(without, standing) > 0,
            `without the move of ${vm} the plan is worth ${without.join("/")}, with it ${standing.join("/")}`,
          );
        }
      }),
      { numRuns: 150, seed: 7 },
    );
    assert.ok(judged > 100, `only ${judged} moves were judged`);
  }).timeout(60_000);
});
