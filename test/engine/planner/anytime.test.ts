import assert from "node:assert/strict";
import fc from "fast-check";
import { openPlainDevice } from "../../../engine/compute/devices/plain";
import { AffinityError } from "../../../engine/errors";
import type { Progress } from "../../../engine/models/progress";
import { type Plan, planPlacement } from "../../../engine/planner";
import type { Cut } from "../../../engine/planner/solver";
import { computePlan, type RunInputs } from "../../../engine/run";
import { checkPlan } from "./checker";
import { makeWorld, type World, type WorldSpec } from "./world";

type Best = NonNullable<Progress["best"]>;

/** Ends the search when it has been asked so often. */
const after = (asks: number, by: Cut = "timeLimit") => {
  let left = asks;
  return () => (left-- > 0 ? null : by);
};

async function planWith(world: World, cut?: () => Cut | null): Promise<{ plan: Plan; bests: Best[] }> {
  const { request, snapshot, assessment } = world;
  const bests: Best[] = [];
  const plan = await planPlacement(request, snapshot, snapshot.clusters[0], assessment, {
    device: openPlainDevice(),
    cut,
    onProgress: ({ best }) => void (best && bests.push(best)),
  });
  return { plan, bests };
}

const costOf = (plan: Plan): number => Object.values(plan.cost.after).reduce((a, b) => a + b, 0);

const clusterArbitrary: fc.Arbitrary<WorldSpec> = fc
  .record({ hosts: fc.integer({ min: 3, max: 6 }), running: fc.integer({ min: 6, max: 24 }) })
  .chain(({ hosts, running }) =>
    fc.record({
      hosts: fc.tuple(
        ...Array.from({ length: hosts }, (_, i) =>
          fc.record({ name: fc.constant(`esx-${i}`), failure: fc.constantFrom(0.001, 0.001, 0.2) }),
        ),
      ),
      vms: fc.tuple(
        ...Array.from({ length: running }, (_, i) =>
          fc.record({
            name: fc.constant(`vm-${i}`),
            memoryGb: fc.constantFrom(2, 4, 8),
            cpuMhz: fc.integer({ min: 0, max: 20_000 }),
            on: fc.integer({ min: 0, max: hosts - 1 }).map((h) => `esx-${h}`),
          }),
        ),
      ),
      request: fc.record({
        include: fc.constant("all"),
        virtualMachines: fc.constantFrom([], [{ name: "new-1", vcpus: 2, memoryMb: 4096 }]),
        config: fc.record({ maxMoves: fc.constantFrom(1, 4, 50) }),
      }),
    }),
  );

/** Two hosts, one of them full: much to gain. */
const unbalanced = (): World =>
  makeWorld({
    hosts: [{ name: "esx-1" }, { name: "esx-2" }, { name: "esx-3" }],
    vms: [{ name: "vm", count: 20, memoryGb: 4, cpuMhz: 4000, on: "esx-1" }],
    request: { include: "all", config: { maxMoves: 50 } },
  });

const runOf = (world: World, inputs: Partial<RunInputs>): Promise<Plan> =>
  computePlan(world.request, { snapshot: world.snapshot, telemetry: null, device: "plain", ...inputs });

describe("a search that is cut short", () => {
  it("has a plan at any moment that keeps every constraint, and never a worse one than before", async () => {
    await fc.assert(
      fc.asyncProperty(clusterArbitrary, fc.nat(30), async (spec, asks) => {
        const world = makeWorld(spec);
        const { plan, bests } = await planWith(world, after(asks));
        assert.deepEqual(checkPlan(world.snapshot, world.request, plan), []);
        bests.forEach(({ cost, moves }, i) => {
          if (i > 0) assert.ok(cost <= bests[i - 1].cost, `${cost} after ${bests[i - 1].cost}`);
          assert.ok(moves <= world.request.config.maxMoves);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("knows a bound that no plan costs less than", async () => {
    let above = 0;
    await fc.assert(
      fc.asyncProperty(clusterArbitrary, fc.constantFrom(0, 1000), async (spec, asks) => {
        const world = makeWorld(spec);
        const cut = await planWith(world, after(asks));
        const whole = await planWith(world);
        for (const { cost, bound } of cut.bests) assert.ok(bound !== null && bound <= cost);
        const bound = cut.bests[0]?.bound ?? cut.plan.search?.bound ?? 0;
        assert.ok(bound <= costOf(whole.plan), `${bound} is above ${costOf(whole.plan)}`);
        if (bound > 0) above++;
      }),
      { numRuns: 40 },
    );
    assert.ok(above > 5, `the bound says something of ${above} clusters only`);
  });

  it("says so in the plan, which is the same as ever where nothing cuts it", async () => {
    const world = unbalanced();
    const whole = await planWith(world);
    const cut = await planWith(world, after(2));
    assert.equal(whole.plan.search, undefined);
    assert.equal(cut.plan.search?.endedBy, "timeLimit");
    assert.ok(cut.plan.moves.length < whole.plan.moves.length);
    assert.ok(costOf(cut.plan) >= costOf(whole.plan));
    assert.equal((await planWith(world, () => null)).plan.digest, whole.plan.digest);
  });

  it("ends at the time limit, by the clock it is given", async () => {
    const world = unbalanced();
    let asked = 0;
    const limit = (milliseconds: number) => ({ milliseconds, now: () => asked++ });
    const [short, long] = [await runOf(world, { timeLimit: limit(3) }), await runOf(world, { timeLimit: limit(1e9) })];
    assert.equal(short.search?.endedBy, "timeLimit");
    assert.equal(long.search, undefined);
    assert.equal(long.digest, (await runOf(world, {})).digest);
    assert.ok(short.moves.length < long.moves.length);
  });

  it("throws the reason of an abort, or gives the best so far where that is asked for", async () => {
    const world = unbalanced();
    const abortedAtFirstMove = () => {
      const controller = new AbortController();
      const onProgress = ({ best }: Progress) => {
        // From outside, as a signal handler would: between two steps of the search.
        if (best?.moves === 1) setImmediate(() => controller.abort(new Error("enough")));
      };
      return { signal: controller.signal, onProgress };
    };
    await assert.rejects(runOf(world, abortedAtFirstMove()), /enough/);
    const whole = await runOf(world, {});
    const plan = await runOf(world, { ...abortedAtFirstMove(), onAbort: "best" });
    assert.equal(plan.search?.endedBy, "abort");
    assert.ok(plan.moves.length > 0 && plan.moves.length < whole.moves.length);
  });

  it("refuses to give a plan that isn't one: a VM without a host, or a broken rule of the request", async () => {
    const world = makeWorld({
      hosts: [
        { name: "esx-1", memoryGb: 16 },
        { name: "esx-2", memoryGb: 16 },
      ],
      vms: [
        { name: "a", memoryGb: 10, on: "esx-1" },
        { name: "b", memoryGb: 10, on: "esx-2" },
      ],
      request: { include: "all", virtualMachines: [{ name: "new", vcpus: 1, memoryMb: 12 * 1024 }] },
    });
    await assert.rejects(planWith(world, after(0)), (error) => {
      assert.ok(error instanceof AffinityError);
      assert.equal(error.code, "PLAN_CUT_SHORT");
      return true;
    });
  });
});
