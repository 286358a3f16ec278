import assert from "node:assert/strict";
import { join } from "node:path";
import { workloadLine, workloadOf } from "../../cli/explanation/workload";
import { ModelStore } from "../../engine/models/store";
import type { Plan } from "../../engine/planner/plan";
import { someWorkloads } from "./ready-hosts";
import { FILES, smallCluster } from "./small-cluster";
import { runCli } from "./run-cli";

const SKILL = { measure: "x", value: 0.5, baseline: { name: "y", value: 0.1 } };

describe("explain a VM whose class is known", function () {
  this.timeout(60_000);
  let cwd: string;
  let plan: Plan;
  let models: string;
  before(async () => {
    cwd = (await smallCluster()).folder;
    models = join(cwd, "models");
    const made = await runCli(["plan", ...FILES, "--save", "plan.json", "--json"], { cwd });
    plan = JSON.parse(made.stdout) as Plan;
    await new ModelStore(models).save("workload/affinity", { ...someWorkloads(plan), skill: SKILL });
  });

  it("names the class, and how its host serves it beside the best", async () => {
    const { code, stdout } = await runCli(["explain", "app-1", "--plan", "plan.json", ...FILES, "--models", "models"], {
      cwd,
    });
    assert.equal(code, 0);
    assert.match(
      stdout.replace(/\s+/g, " "),
      /workload \S+ \(certainty 50 %\); (no host serves|esx-\d serves that class)/,
    );
    const ranks = await Promise.all(
      plan.virtualMachines.map(async (placed) => {
        const workload = await workloadOf(models, plan, placed);
        assert.ok(workload?.affinity && workload.best && workload.best.affinity >= workload.affinity);
        const line = workloadLine(workload, placed);
        assert.equal(line.includes("no host serves that class better"), workload.rank === 1, line);
        return workload.rank;
      }),
    );
    assert.ok(ranks.includes(1) && ranks.some((rank) => rank !== 1), ranks.join());
  });

  it("says nothing of it where the model is no better than its baseline, or isn't there", async () => {
    const [placed] = plan.virtualMachines;
    assert.equal(await workloadOf(join(cwd, "nowhere"), plan, placed), null);
    const idle = join(cwd, "idle");
    await new ModelStore(idle).save("workload/affinity", { ...someWorkloads(plan), skill: null });
    assert.equal(await workloadOf(idle, plan, placed), null);
  });
});
