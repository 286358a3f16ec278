import assert from "node:assert/strict";
import fc from "fast-check";
import { openPlainDevice } from "../../../engine/compute/devices/plain";
import { AffinityError } from "../../../engine/errors";
import { planPlacement } from "../../../engine/planner";
import { type ActiveConstraint, compileConstraints } from "../../../engine/planner/constraints";
import { buildProblem, compileModel, type Model } from "../../../engine/planner/problem";
import { Search } from "../../../engine/planner/solver";
import { richWorld } from "./rich-world";
import { makeWorld, type World } from "./world";

/** Whether any placement of the VMs in scope keeps every one of the constraints: all are tried. */
function possible(model: Model, subset: readonly ActiveConstraint[]): boolean {
  const problem = buildProblem(model, subset);
  const search = new Search(problem, Infinity);
  const place = (unit: number): boolean => {
    if (unit === problem.units.count) return search.state.hard.every((check) => check.violation() === 0);
    for (let host = 0; host < problem.hosts; host++) {
      if (!problem.allowed[unit * problem.hosts + host]) continue;
      search.move(unit, host);
      if (place(unit + 1)) return true;
      search.move(unit, -1);
    }
    return false;
  };
  return place(0);
}

/** All subsets with so many of the items. */
function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]));
}

const refusalOf = (world: World): Promise<AffinityError | null> =>
  planPlacement(world.request, world.snapshot, world.snapshot.clusters[0], world.assessment, {
    device: openPlainDevice(),
  }).then(
    () => null,
    (error: unknown) => {
      if (error instanceof AffinityError && error.code === "PLAN_INFEASIBLE") return error;
      throw error;
    },
  );

describe("a request that is refused", () => {
  it("has no placement at all, conflicts in what is named alone, and in no fewer constraints", async () => {
    let refusals = 0;
    let larger = 0;
    await fc.assert(
      fc.asyncProperty(richWorld, async (spec) => {
        // New VMs only, so that all placements can be tried and no limit on moves comes in.
        const world = makeWorld({ ...spec, request: { ...spec.request, include: "none" } });
        const refusal = await refusalOf(world);
        const model = compileModel(world.request, world.snapshot, world.snapshot.clusters[0], world.assessment);
        if (!refusal || model.vms.slice(0, model.movable).some(({ current }) => current >= 0)) return;
        refusals++;
        const hard = compileConstraints(model)
          .filter((constraint) => constraint.hard)
          // Units of one VM each, so that the exhaustive search doesn't rest on what joins them.
          .map((constraint) => ({ ...constraint, form: { ...constraint.form, joins: undefined } }));
        // What VMs out of scope break among themselves is reported, not refused.
        if (hard.some(({ form }) => form.bind(model, buildProblem(model, hard).units).violation() > 0)) return;
        assert.equal(possible(model, hard), false, "there is a placement");
        const { problems, message } = refusal;
        assert.match(message, /\(proven: /, "so few VMs and hosts can all be tried");
        const named = hard.filter(({ name }) => problems.some((problem) => problem.message.startsWith(`${name}: `)));
        assert.ok(named.length >= problems.length);
        assert.equal(possible(model, named), false, message);
        for (const left of named)
          assert.ok(
            possible(
              model,
              named.filter((other) => other !== left),
            ),
            message,
          );
        if (problems.length < 2 || !message.includes("no fewer do")) return;
        larger++;
        for (const fewer of subsets(hard, problems.length - 1)) assert.ok(possible(model, fewer), message);
      }),
      { numRuns: 120, seed: 53 },
    );
    assert.ok(refusals > 15 && larger > 5, `${refusals} refusals, ${larger} of several constraints`);
  }).timeout(60_000);
});
