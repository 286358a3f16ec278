import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PredictionLog } from "../../engine/journal";
import { runCli } from "./run-cli";
import { END, FILES, smallCluster, type SmallCluster } from "./small-cluster";

const HOUR = 3600;

describe("the track record, at the command line", function () {
  this.timeout(120_000);
  let cluster: SmallCluster;
  const cli = (...args: string[]) => runCli(args, { cwd: cluster.folder });
  const path = (name: string) => join(cluster.folder, name);
  const KEY = "vc.example.com/domain-c1";

  before(async () => {
    cluster = await smallCluster();
    await mkdir(path("models/failure"), { recursive: true });
    await writeFile(path("models/failure/host.json"), "{}");
  });

  it("a scheduled run writes down what the models say of every cluster; a dry one doesn't", async () => {
    const apply = (...args: string[]) => cli("apply", ...FILES, "--journal", "j.duckdb", "--models", "models", ...args);
    const log = new PredictionLog(path("j.duckdb"));
    assert.equal((await apply("--dry-run")).code, 0);
    assert.deepEqual(await log.predictions(KEY), []);
    const { code, stderr } = await apply();
    assert.equal(code, 0, stderr);
    const said = await log.predictions(KEY);
    const count = (event: string) => said.filter((item) => item.event === event).length;
    assert.deepEqual([count("failure"), count("cpu contention"), count("memory contention")], [4, 12, 12]);
    assert.ok(said.every(({ at }) => at === said[0].at && at <= END && at > END - 2 * HOUR));
  });

  it("goes on where it can't be kept, and says so", async () => {
    await writeFile(path("broken.duckdb"), "this is no database");
    const { stderr } = await cli("apply", ...FILES, "--journal", "broken.duckdb");
    assert.match(stderr, /JOURNAL_UNUSABLE|what the models say is not kept/);
  });

  it("an alarm is in doctor, in the metrics and in the report; so is a file that can't serve", async () => {
    const log = new PredictionLog(path("alarm.duckdb"));
    const wrong = Array.from({ length: 250 }, (_, i) => ({
      ...{ model: "seasonal-baseline/cpu@6h", cluster: KEY, subject: "host-1", at: END - 400 * HOUR + i * HOUR },
      ...{ due: END - 394 * HOUR + i * HOUR, value: 0.6, unit: "probability" },
      ...{ event: "cpu contention" as const, bound: 800 },
    }));
    await log.record(wrong);
    await log.settle(KEY, END, () => 0);
    const args = [...FILES, "--journal", "alarm.duckdb", "--models", "models"];
    const doctor = await cli("doctor", ...args, "--json");
    const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; status: string; detail: string }[] };
    const alarm = checks.find(({ name }) => name === "model seasonal-baseline/cpu@6h")!;
    assert.equal(alarm.status, "warning");
    assert.match(alarm.detail, /off by 60\.0 points on average; a constant probability would have done better/);
    const damaged = checks.find(({ detail }) => detail.startsWith("failure/host does not serve"))!;
    assert.equal(damaged.status, "warning");

    assert.equal((await cli("apply", ...args, "--metrics-file", "m.prom")).code, 0);
    const metrics = await readFile(path("m.prom"), "utf8");
    assert.match(metrics, /model_healthy\{command="apply",model="seasonal-baseline\/cpu@6h"\} 0\n/);
    assert.match(metrics, /model_serving\{command="apply",model="failure\/host"\} 0\n/);

    assert.equal((await cli("report", ...args)).code, 0);
    const page = await readFile(path("report.html"), "utf8");
    assert.match(page, /seasonal-baseline\/cpu@6h/);
    assert.match(page, /<span class="alarm">alarm<\/span>: its probabilities are off by 60\.0 points/);
  });
});
