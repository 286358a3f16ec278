import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { exposition } from "../../cli/metrics/exposition";
import { fullName, METRIC_HELP, type MetricName, modelMetrics, moveMetrics } from "../../cli/metrics/metrics";
import { packageRoot } from "../../cli/package-info";
import type { ModelHealth } from "../../engine/models/health";
import { componentPath, needs, startInflux1, temporaryFolder } from "../testbed";
import { influxQuery } from "../testbed/influx-query";
import { runCli } from "./run-cli";
import { FILES, smallCluster } from "./small-cluster";

const root = packageRoot();
const RULES = join(root, "deploy/prometheus/vsphere-affinity.rules.yml");
const NAMES = (Object.keys(METRIC_HELP) as MetricName[]).map(fullName);
const mentioned = (text: string) => [...new Set(text.match(/\bvsphere_affinity_\w+/g) ?? [])];

interface Target {
  readonly query?: string;
  readonly expr?: string;
}
interface Panel {
  readonly title: string;
  readonly targets?: readonly Target[];
}
const dashboard = JSON.parse(readFileSync(join(root, "grafana/vsphere-affinity.json"), "utf8")) as {
  panels: readonly Panel[];
  templating: { list: { name: string; query: string }[] };
};
const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);

describe("metrics of runs", function () {
  this.timeout(60_000);

  it("keep what text needs escaped, and leave out a metric without a sample", () => {
    const text = exposition(
      [
        { name: "a", help: "x\\y\nz", samples: [{ labels: { l: 'q"\\\n' }, value: 0.5 }] },
        { name: "b", help: "none", samples: [] },
      ],
      { command: "apply" },
    );
    assert.equal(text, '# HELP a x\\\\y\\nz\n# TYPE a gauge\na{command="apply",l="q\\"\\\\\\n"} 0.5\n');
  });

  it("count moves of the last 24 hours only, by how they ended", () => {
    const move = (at: number, result: string, kind = "relocate") => ({ kind, outcome: { at, result } });
    const now = 1_000_000;
    const actions = [
      move(now - 10, "done"),
      move(now - 86_399, "done"),
      move(now - 86_400, "done"),
      move(now - 5, "reverted"),
      move(now - 5, "failed"),
      move(now - 5, "skipped"),
      move(now - 5, "done", "add-rule"),
      { kind: "relocate", outcome: null },
    ];
    assert.deepEqual(
      moveMetrics(actions, now).map(({ samples }) => samples[0].value),
      [2, 2],
    );
  });

  it("say nothing of a model's accuracy before enough was judged", () => {
    const health = (state: ModelHealth["state"], skill: number | null): ModelHealth => ({
      ...{ model: state, judged: 5, calibrationError: skill, skill, drift: null, reliability: [], state, alarm: "" },
    });
    const text = exposition(modelMetrics([health("unknown", null), health("alarm", -0.1), health("good", 0.2)]), {});
    assert.ok(text.includes('vsphere_affinity_model_healthy{model="alarm"} 0\n'));
    assert.ok(text.includes('vsphere_affinity_model_healthy{model="good"} 1\n'));
    assert.ok(!/(healthy|ratio)\{model="unknown"\}/.test(text));
  });

  it("are written whole by drift, also of a run that fails", async () => {
    const { folder: cwd } = await smallCluster();
    await mkdir(join(cwd, "textfiles"));
    const drift = (...args: string[]) =>
      runCli(["drift", "--inventory", "inventory.json", "--metrics-file", "textfiles/drift.prom", ...args], { cwd });
    const failed = await drift();
    assert.equal(failed.code, 1);
    const value = async (name: MetricName, labels = "") => {
      const text = await readFile(join(cwd, "textfiles/drift.prom"), "utf8");
      const line = text.split("\n").find((each) => each.startsWith(`${fullName(name)}{command="drift"${labels}`));
      return line === undefined ? undefined : Number(line.split(" ").at(-1));
    };
    assert.equal(await value("run_success"), 0);
    assert.equal(await value("drift"), undefined);
    const { code } = await runCli(["plan", ...FILES, "--save", "plan.json"], { cwd });
    assert.ok(code === 0 || code === 2);
    const compared = await drift("--plan", "plan.json");
    assert.ok(compared.code === 0 || compared.code === 2, compared.stderr);
    assert.equal(await value("run_success"), 1);
    assert.equal(await value("build_info"), 1);
    assert.equal(await value("drift", ',class="host-missing"'), 0);
    assert.ok(((await value("run_timestamp_seconds")) ?? 0) > 1.7e9);
    assert.deepEqual(await readdir(join(cwd, "textfiles")), ["drift.prom"]);
  });

  it("are named by dashboard and alert rules as they are written, and docs/fleet.md has them all", () => {
    const expressions = targets.flatMap(({ expr }) => expr ?? []).join("\n");
    for (const text of [expressions, readFileSync(RULES, "utf8").replace(/^ +annotations:[^]*?(?=- alert|$)/gm, "")]) {
      assert.ok(mentioned(text).length > 5);
      assert.deepEqual(
        mentioned(text).filter((name) => !NAMES.includes(name)),
        [],
      );
    }
    for (const name of NAMES) assert.ok(expressions.includes(name), `no panel shows ${name}`);
    const page = readFileSync(join(root, "docs/fleet.md"), "utf8");
    for (const name of NAMES) assert.ok(page.includes(`| \`${name}\``), name);
  });

  describe("as promtool sees them", () => {
    needs("promtool");
    let promtool: (...args: string[]) => string;
    before(async () => {
      const program = await componentPath("promtool");
      promtool = (...args) => execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    });

    it("have names, help and types that it accepts", async () => {
      const program = await componentPath("promtool");
      const all = (Object.keys(METRIC_HELP) as MetricName[]).map((name) => ({
        ...{ name: fullName(name), help: METRIC_HELP[name], samples: [{ labels: { class: "x" }, value: 1 }] },
      }));
      const text = exposition(all, { command: "apply", shard: "0/4" });
      const said = execFileSync(program, ["check", "metrics"], { input: text, encoding: "utf8" });
      assert.equal(said, "");
    });

    it("raise the alerts, and only where they should", async () => {
      promtool("check", "rules", RULES);
      const folder = await temporaryFolder();
      const rateAbove = 'vsphere_affinity_findings{command="apply",class="rate-above-bound",outcome="reported"}';
      const test = {
        rule_files: [RULES],
        evaluation_interval: "1m",
        tests: [
          {
            interval: "1m",
            input_series: [
              { series: rateAbove, values: "1x200" },
              { series: 'vsphere_affinity_model_healthy{command="apply",model="host"}', values: "0x200" },
              { series: 'vsphere_affinity_model_serving{command="apply",model="pair"}', values: "1x200" },
              { series: 'vsphere_affinity_run_success{command="apply"}', values: "1x200" },
            ],
            promql_expr_test: [
              {
                expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
                eval_time: "3h",
                exp_samples: ["VsphereAffinityMigrationRateAboveBound", "VsphereAffinityModelInaccurate"].map(
                  (name) => ({
                    labels: `{alertname="${name}"}`,
                    value: 1,
                  }),
                ),
              },
            ],
          },
        ],
      };
      await writeFile(join(folder, "test.yml"), stringify(test));
      promtool("test", "rules", join(folder, "test.yml"));
    });

    it("are asked for by the dashboard in PromQL that parses", async () => {
      const folder = await temporaryFolder();
      const rules = targets.flatMap(({ expr }, i) => (expr === undefined ? [] : [{ record: `panel:${i}`, expr }]));
      assert.ok(rules.length > 8);
      await writeFile(join(folder, "rules.yml"), stringify({ groups: [{ name: "dashboard", rules }] }));
      promtool("check", "rules", join(folder, "rules.yml"));
    });
  });

  describe("the dashboard on InfluxDB", () => {
    needs("influxd1");

    it("gets data from every query, on what Telegraf wrote", async () => {
      const { url, database, stop } = await startInflux1();
      try {
        const lines = await readFile(join(root, "test/fixtures/telegraf-vsphere.lp"), "utf8");
        const times = lines
          .split("\n")
          .filter((line) => line.startsWith("vsphere_"))
          .map((line) => Number(line.slice(line.lastIndexOf(" ") + 1)) / 1e6);
        const written = await fetch(`${url}/write?db=${database}`, { method: "POST", body: lines });
        assert.equal(written.status, 204, await written.text());
        const filter = `time >= ${Math.min(...times)}ms AND time <= ${Math.max(...times)}ms`;
        const queries = targets.flatMap(({ query }) => query ?? []);
        const variables = dashboard.templating.list
          .map(({ query }) => query)
          .filter((query) => query.startsWith("SHOW"));
        assert.ok(queries.length >= 8);
        for (const query of [...queries, ...variables]) {
          const statement = query
            .replace("$timeFilter", filter)
            .replace("$__interval", "20s")
            .replace("${cluster:regex}", ".*");
          assert.doesNotMatch(statement, /\$[{_a-z]/i, query);
          const series = await influxQuery(url, statement, { database });
          assert.ok(
            series.some(({ values }) => values.some((row) => row.slice(1).some((cell) => cell !== null))),
            query,
          );
        }
      } finally {
        await stop();
      }
    });
  });
});
