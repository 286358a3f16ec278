import assert from "node:assert/strict";
import fc from "fast-check";
import { compileConstraints } from "../../../../engine/planner/constraints";
import { buildProblem, compileModel } from "../../../../engine/planner/problem";
import { GeneralForm } from "../../../../engine/planner/problem/general-form";
import { buildProblem as buildReassignment, evaluate, isFeasible } from "../../../../engine/planner/reassignment";
import { Search } from "../../../../engine/planner/solver";
import { richWorld } from "../rich-world";
import { makeWorld, type World } from "../world";

function formOf({ request, snapshot, assessment }: World) {
  const model = compileModel(request, snapshot, snapshot.clusters[0], assessment);
  // What is summed over the cluster is the same wherever VMs are: the general form leaves it out.
  const constraints = compileConstraints(model).filter(({ constraint }) => constraint !== "ha-admission-control");
  const problem = buildProblem(model, constraints);
  const form = new GeneralForm(problem);
  for (const { hard, form: own } of constraints) if (hard) own.express?.(form);
  return { problem, form };
}

describe("the general form of a vSphere problem", () => {
  it("allows a placement exactly where every hard constraint does", async () => {
    const seen = { yes: 0, no: 0, given: 0 };
    await fc.assert(
      fc.property(richWorld, fc.infiniteStream(fc.nat()), (spec, numbers) => {
        const { problem, form } = formOf(makeWorld(spec));
        const search = new Search(problem, Infinity);
        const bins = Int32Array.from({ length: problem.units.count }, () => numbers.next().value! % problem.hosts);
        bins.forEach((host, unit) => search.move(unit, host));
        const allowed = bins.every((host, unit) => problem.allowed[unit * problem.hosts + host] === 1);
        const kept = allowed && search.state.hard.every((check) => check.violation() === 0);
        const general = form.toSpec(new Int32Array(problem.units.count).fill(-1), Infinity);
        if (!general) return;
        seen.given++;
        const reassignment = buildReassignment(general);
        const all = Int32Array.from({ length: general.items }, (_, item) => bins[item] ?? general.initial[item]);
        const evaluation = evaluate(reassignment, all, new Uint8Array(general.items));
        assert.equal(isFeasible(evaluation), kept, JSON.stringify(evaluation));
        seen[kept ? "yes" : "no"]++;
      }),
      { numRuns: 400 },
    );
    assert.ok(seen.yes > 10 && seen.no > 10 && seen.given > 200, JSON.stringify(seen));
  }).timeout(60_000);
});
