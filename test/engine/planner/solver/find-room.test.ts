import assert from "node:assert/strict";
import { openPlainDevice } from "../../../../engine/compute/devices/plain";
import { planPlacement } from "../../../../engine/planner";
import { compileConstraints } from "../../../../engine/planner/constraints";
import { buildProblem, compileModel } from "../../../../engine/planner/problem";
import { placeAll } from "../../../../engine/planner/solver/solve";
import { checkPlan } from "../checker";
import { type TightSpec, tightWorld } from "../tight-world";

const SPEC: TightSpec = { hosts: 12, fill: 0.97, fresh: 0.3, displaced: 6, rules: 1.5 };

describe("findRoom", () => {
  it("places VMs in a full cluster with many rules where the search by itself finds no host for some", async () => {
    let without = 0;
    let found = 0;
    for (let seed = 1; seed <= 12 && found === 0; seed++) {
      const world = tightWorld(seed, SPEC);
      const { request, snapshot, assessment } = world;
      const model = compileModel(request, snapshot, snapshot.clusters[0], assessment);
      const problem = buildProblem(model, compileConstraints(model));
      if (placeAll(problem, 1, {}, {}).unplaced.length === 0) continue;
      without++;
      const { search, unplaced } = placeAll(problem, 1, {}, { thorough: true });
      if (unplaced.length > 0) continue;
      found++;
      assert.ok(search.moves <= request.config.maxMoves);
      const plan = await planPlacement(request, snapshot, snapshot.clusters[0], assessment, {
        device: openPlainDevice(),
      });
      assert.deepEqual(checkPlan(snapshot, request, plan), []);
    }
    assert.ok(without > 0, "no cluster is hard enough to tell");
    assert.equal(found, 1);
  }).timeout(60_000);
});
