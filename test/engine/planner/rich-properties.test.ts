import assert from "node:assert/strict";
import fc from "fast-check";
import { type Device, openDevice } from "../../../engine/compute";
import { openPlainDevice } from "../../../engine/compute/devices/plain";
import { AffinityError } from "../../../engine/errors";
import { type Plan, planPlacement } from "../../../engine/planner";
import { compileConstraints } from "../../../engine/planner/constraints";
import { OBJECTIVES } from "../../../engine/planner/objectives";
import { buildProblem, compileModel, type Problem } from "../../../engine/planner/problem";
import { MoveTable, Search } from "../../../engine/planner/solver";
import { checkPlan } from "./checker";
import { richWorld } from "./rich-world";
import { carryOut, makeWorld, type World, type WorldSpec } from "./world";

/** The plan, or null where the request can't be met. */
const planOrNull = (world: World, device: Device = openPlainDevice()): Promise<Plan | null> =>
  planPlacement(world.request, world.snapshot, world.snapshot.clusters[0], world.assessment, { device }).catch(
    (error: unknown) => {
      if (error instanceof AffinityError && error.code === "PLAN_INFEASIBLE") return null;
      throw error;
    },
  );

function problemOf(spec: WorldSpec): Problem {
  const { request, snapshot, assessment } = makeWorld(spec);
  const model = compileModel(request, snapshot, snapshot.clusters[0], assessment);
  return buildProblem(model, compileConstraints(model));
}

/** Pairs of a unit and a host, as long as the property likes. */
const picks = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 3, maxLength: 10 });

describe("planner properties with every rule, relation and objective", () => {
  it("a move's delta is the difference of two full evaluations, by objective and in the table", async () => {
    const bound = new Set<string>();
    await fc.assert(
      fc.asyncProperty(richWorld, picks, async (spec, moves) => {
        const problem = problemOf(spec);
        const search = new Search(problem);
        search.objectives.forEach(({ name }) => bound.add(name));
        // Some units have no host at first: their coming is a move too.
        for (let unit = 0; unit < problem.units.count; unit += 2) search.move(unit, (unit * 7) % problem.hosts);
        let table = await MoveTable.of(search, openPlainDevice());
        for (const [a, b] of moves) {
          const [unit, to] = [a % problem.units.count, b % (problem.hosts + 1)];
          const host = to === problem.hosts ? -1 : to;
          const from = search.state.hostOf[unit];
          if (host === from) continue;
          const before = search.costs();
          const relief = from < 0 ? 0 : search.state.score(unit, from);
          const intake = host < 0 ? 0 : search.state.score(unit, host);
          const deltas = search.objectives.map((objective) => objective.delta(unit, from, host, relief, intake));
          if (host >= 0) {
            const expected = deltas.reduce((x, y) => x + y, 0);
            assert.equal(table.deltas[unit * problem.hosts + host], expected, "the table knows it");
          }
          search.move(unit, host);
          const touched = [from, host].filter((h) => h >= 0);
          if (touched.length === 2) table.moved([unit], touched);
          else table = await MoveTable.of(search, openPlainDevice());
          const after = search.costs();
          search.objectives.forEach(({ name }, i) => {
            assert.equal(after[name] - before[name], deltas[i], `${name} of ${unit} from ${from} to ${host}`);
            assert.ok(Number.isSafeInteger(after[name]), `${name}: ${after[name]}`);
          });
        }
        // The sums carried along are those of a fresh search.
        const again = new Search(problem);
        search.state.hostOf.forEach((host, unit) => host >= 0 && again.move(unit, host));
        assert.deepEqual(search.costs(), again.costs());
      }),
      { numRuns: 250, seed: 29 },
    );
    assert.deepEqual([...bound].sort(), OBJECTIVES.map(({ name }) => name as string).sort());
  }).timeout(60_000);

  it("a constraint's change is the difference of its violation, and what fits breaks nothing more", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(richWorld, picks, (spec, moves) => {
        const problem = problemOf(spec);
        const search = new Search(problem);
        const { state } = search;
        for (let unit = 0; unit < problem.units.count; unit++) search.move(unit, (unit * 5) % problem.hosts);
        const hard = problem.constraints.filter((constraint) => constraint.hard);
        const soft = problem.constraints.filter((constraint) => !constraint.hard);
        const checks = [
          ...hard.map((constraint, i) => ({ constraint, check: state.hard[i] })),
          ...soft.map((constraint, i) => ({ constraint, check: state.soft[i] })),
        ];
        for (const [a, b] of moves) {
          const [unit, to] = [a % problem.units.count, b % problem.hosts];
          const from = state.hostOf[unit];
          if (from === to) continue;
          const concerned = checks.filter(({ check }) => check.units === null || check.units.includes(unit));
          const before = concerned.map(({ check }) => check.violation());
          const changes = concerned.map(({ check }) => check.change(unit, to, from));
          const fits = concerned.map(({ check }) => check.fits(unit, to, from));
          search.move(unit, to);
          concerned.forEach(({ constraint, check }, i) => {
            seen.add(constraint.constraint);
            assert.equal(check.violation() - before[i], changes[i], constraint.name);
            assert.ok(!fits[i] || changes[i] <= 0 || constraint.form.denied, `${constraint.name} let it in`);
            assert.equal(check.violation() === 0, check.breaches().length === 0, `${constraint.name} names breaches`);
          });
        }
      }),
      { numRuns: 250, seed: 31 },
    );
    for (const name of ["host-rules", "licence-hosts", "licence-count", "compliance", "minimum-spread", "dependencies"])
      assert.ok(seen.has(name), `${name} was never at work`);
  }).timeout(60_000);

  it("every plan satisfies the independent checker, and a second one moves nothing", async () => {
    let plans = 0;
    await fc.assert(
      fc.asyncProperty(richWorld, async (spec) => {
        const world = makeWorld({ ...spec, request: { ...spec.request, config: { maxMoves: 30 } } });
        const plan = await planOrNull(world);
        if (!plan) return;
        plans++;
        assert.deepEqual(checkPlan(world.snapshot, world.request, plan), []);
        const keep = Object.fromEntries(plan.virtualMachines.map(({ vm, hostId }) => [vm, hostId]));
        const after = { ...world, snapshot: carryOut(world.snapshot, plan.moves), request: { ...world.request, keep } };
        assert.deepEqual((await planOrNull(after))?.moves, []);
      }),
      { numRuns: 250, seed: 37 },
    );
    assert.ok(plans > 80, `only ${plans} of 250 requests could be met`);
  }).timeout(60_000);

  it("the same seed gives the same plan on every device", async () => {
    const devices = await Promise.all((["cpu", "webasm"] as const).map((name) => openDevice(name)));
    try {
      let plans = 0;
      await fc.assert(
        fc.asyncProperty(richWorld, async (spec) => {
          const world = makeWorld(spec);
          const plain = await planOrNull(world);
          if (plain) plans++;
          for (const { device } of devices) assert.deepEqual(await planOrNull(world, device), plain, device.name);
        }),
        { numRuns: 25, seed: 41 },
      );
      assert.ok(plans > 5, `only ${plans} plans`);
    } finally {
      for (const { device } of devices) await device.dispose();
    }
  }).timeout(60_000);
});
