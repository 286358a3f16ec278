import assert from "node:assert/strict";
import fc from "fast-check";
import { openPlainDevice } from "../../../../engine/compute/devices/plain";
import { AffinityError } from "../../../../engine/errors";
import { type Plan, planPlacement } from "../../../../engine/planner";
import { compileConstraints } from "../../../../engine/planner/constraints";
import { COST_UNIT } from "../../../../engine/planner/plan";
import { buildProblem, compileModel } from "../../../../engine/planner/problem";
import { hostLosses, Search } from "../../../../engine/planner/solver";
import { richWorld } from "../rich-world";
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

/**
 * What placements are worth, evaluated from nothing, every VM a unit of its own: broken constraints, VMs that could not
 * restart, cost with the threshold for every departure.
 */
function worthOf({ request, snapshot, assessment }: World): (hostOf: ReadonlyMap<string, string>) => number[] {
  const model = compileModel(request, snapshot, snapshot.clusters[0], assessment);
  const loose = compileConstraints(model).map((constraint) => ({
    ...constraint,
    form: { denied: constraint.form.denied, bind: constraint.form.bind.bind(constraint.form) },
  }));
  const problem = buildProblem(model, loose);
  const index = new Map(model.hosts.map((host, h) => [host.id, h]));
  return (hostOf) => {
    const search = new Search(problem, Infinity);
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
  };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
}

/** So many of a plan's moves are taken out together, in every choice: 63 at most. */
const TOGETHER = 6;

/** Takes every choice of moves out of the plan; gives how many moves the plan has. */
async function judgeMoves(spec: WorldSpec): Promise<number> {
  const world = makeWorld({ ...spec, request: { ...spec.request, include: "all" } });
  const { request, snapshot, assessment } = world;
  const plan = await planPlacement(request, snapshot, snapshot.clusters[0], assessment, {
    device: openPlainDevice(),
  }).catch((error: unknown): Plan | null => {
    if (error instanceof AffinityError && error.code === "PLAN_INFEASIBLE") return null;
    throw error;
  });
  if (!plan || plan.moves.length === 0) return 0;
  const worth = worthOf(world);
  const hostOf = new Map(plan.virtualMachines.map(({ vm, hostId }) => [vm, hostId]));
  const standing = worth(hostOf);
  const some = plan.moves.slice(0, TOGETHER);
  const choices = Array.from({ length: 2 ** some.length - 1 }, (_, i) =>
    some.filter((_move, bit) => ((i + 1) >> bit) % 2 === 1),
  );
  for (const left of [...choices, ...plan.moves.slice(TOGETHER).map((move) => [move])]) {
    const without = worth(new Map([...hostOf, ...left.map(({ vm, fromHostId }) => [vm, fromHostId] as const)]));
    assert.ok(
      compare(without, standing) > 0,
      `without moving ${left.map(({ vm }) => vm).join(", ")} the plan is worth ${without.join("/")}, with it ${standing.join("/")}`,
    );
  }
  return plan.moves.length;
}

describe("the moves of a plan", () => {
  it("are all needed, alone and in any choice of them: without, the plan is worse, judged from outside", async () => {
    let judged = 0;
    let several = 0;
    await fc.assert(
      fc.asyncProperty(clusterArbitrary, async (spec) => {
        const moves = await judgeMoves(spec);
        judged += moves;
        if (moves > 1) several++;
      }),
      { numRuns: 150, seed: 7 },
    );
    assert.ok(judged > 100 && several > 20, `only ${judged} moves were judged, ${several} times several`);
  }).timeout(60_000);

  it("are all needed with every rule, relation and model of pairs", async () => {
    let judged = 0;
    let several = 0;
    await fc.assert(
      fc.asyncProperty(richWorld, async (spec) => {
        const moves = await judgeMoves(spec);
        judged += moves;
        if (moves > 1) several++;
      }),
      { numRuns: 150, seed: 11 },
    );
    assert.ok(judged > 100 && several > 40, `only ${judged} moves were judged, ${several} times several`);
  }).timeout(60_000);
});
