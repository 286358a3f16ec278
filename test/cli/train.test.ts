import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PropagationFile } from "../../engine/models/propagation";
import type { Plan } from "../../engine/planner/plan";
import { assertUserError, runCli } from "./run-cli";
import type { Snapshot } from "../../engine/snapshot";
import { FILES, smallCluster } from "./small-cluster";

interface TrainResult {
  readonly models: readonly { model: string; file: string | null; used: string; because: string }[];
}

describe("train", function () {
  this.timeout(180_000);
  let folder: string;
  let snapshot: Snapshot;
  before(async () => ({ folder, snapshot } = await smallCluster()));
  const cli = (...args: string[]) => runCli(args, { cwd: folder });
  const train = (...args: string[]) => cli("train", ...FILES, "--models", "models", "--days", "3", "--json", ...args);

  it("a history that is short is no error: each model says what is missing, and what serves", async () => {
    const { code, stdout, stderr } = await train();
    assert.equal(code, 0, stderr);
    const { models } = JSON.parse(stdout) as TrainResult;
    const byName = new Map(models.map((row) => [row.model, row]));
    assert.equal(byName.get("failure/host")?.file, null);
    assert.match(byName.get("failure/host")!.because, /0 failures .* 100 are needed/);
    assert.equal(byName.get("demand/quantile/cpu")?.used, "seasonal-baseline");
    assert.ok(byName.get("workload/classes")?.file, "classes need two days only");
    assert.ok(existsSync(join(folder, "models", "workload", "classes.json")));
  });

  it("plans with the folder say which models don't serve, twice the same; those without know nothing of it", async () => {
    const plan = async (...args: string[]) =>
      JSON.parse((await cli("plan", ...FILES, "--json", ...args)).stdout) as Plan;
    const [plain, first, second] = [await plan(), await plan("--models", "models"), await plan("--models", "models")];
    assert.equal(first.digest, second.digest);
    assert.equal(plain.telemetry.models, undefined);
    assert.deepEqual(first.telemetry.models, []);
    const lacking = first.lacking.filter(({ what }) => what.startsWith("a trained model"));
    assert.ok(lacking.some(({ subjects }) => subjects.includes("failure/host")));
    assert.deepEqual(first.moves, plain.moves);
    assert.equal((await plan()).digest, plain.digest);
  });

  it("doctor shows what is in use, and which fallbacks serve", async () => {
    const { stdout } = await cli("doctor", ...FILES, "--models", "models", "--json");
    const { checks } = JSON.parse(stdout) as { checks: { name: string; detail: string; status: string }[] };
    const models = checks.filter(({ name }) => name === "models");
    assert.ok(models.some(({ detail }) => /in use: none/.test(detail)));
    assert.ok(
      models.some(({ detail }) =>
        /failure\/host does not serve \(there is no trained model .*\); base rate/.test(detail),
      ),
    );
  });

  it("flows begin the graph of who talks to whom, and a scheduled run takes in what is new", async () => {
    const [a, b, c] = snapshot.virtualMachines.map(({ name }) => name);
    const flows = (...rows: string[]) =>
      writeFile(join(folder, "flows.csv"), ["from,to,kilobytes,seconds,at", ...rows, ""].join("\n"));
    await flows(`${a},${b},600,300,2026-03-01T23:00:00Z`);
    const { stdout, code, stderr } = await train("--flows", "flows.csv");
    assert.equal(code, 0, stderr);
    assert.deepEqual((JSON.parse(stdout) as { communication: unknown }).communication, {
      virtualMachines: 8,
      edges: 1,
    });
    await flows(`${a},${b},600,300,2026-03-01T23:00:00Z`, `${a},${c},600,300,2026-03-01T23:05:00Z`);
    const settings = "inventory: inventory.json\ntelemetry: { duckdb: telemetry.duckdb }\nasOf: newest\n";
    await writeFile(join(folder, "run.yaml"), `${settings}models: models\nflows: flows.csv\n`);
    assert.equal((await cli("apply", "--config", "run.yaml")).code, 0);
    const file = JSON.parse(await readFile(join(folder, "models", "propagation.json"), "utf8")) as PropagationFile;
    assert.equal(file.graph.edges.length, 2);
    const plan = JSON.parse((await cli("plan", "--config", "run.yaml", "--json")).stdout) as Plan;
    assert.ok(plan.telemetry.models!.some(({ name }) => name === "propagation"));
    await flows(`${a},${b},much,300,yesterday`);
    const warned = await cli("apply", "--config", "run.yaml");
    assert.equal(warned.code, 0);
    assert.match(warned.stderr, /the communication graph stays as it was: .*flows\.csv/);
    await rm(join(folder, "models", "propagation.json"));
  });

  it("a folder is asked for; a bad file of events lists its rows", async () => {
    assertUserError(await cli("train", ...FILES), "MODELS_MISSING", "--models FOLDER");
    await writeFile(join(folder, "bad.csv"), "host,kind,at\nesx-1,explosion,1\n");
    const bad = await cli("train", ...FILES, "--models", "models", "--host-events", "bad.csv");
    assertUserError(bad, "HOST_EVENTS_INVALID", "[0].kind");
  });
});
