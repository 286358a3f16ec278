import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { leaksIn, leaksInFolder } from "../support/leaks";
import { type CliResult, runCli } from "../cli/run-cli";
import {
  type Influx1,
  needs,
  startInflux1,
  startTelegraf,
  startVcenter,
  type Telegraf,
  temporaryFolder,
  type Vcenter,
} from "../testbed";
import { ok, type Project, projectIn } from "./project";

const SECRETS = {
  "the vCenter's password": "Pl4nted&vCenter<\"word'9731",
  "InfluxDB's password": "Pl4nted/Influx?word=4620",
  "a password in a URL": "Pl4nted-url-8854",
};
const [VCENTER, INFLUX, URL_PASSWORD] = Object.values(SECRETS);

const SOURCE = `
const { MigrationSchedule, Placement, Stickiness } = require("pulumi-vsphere-affinity/provider");
const cluster = "DC0_C0";
const virtualMachines = ["DC0_C0_RP0_VM0", "DC0_C0_RP0_VM1"];
const placement = new Placement("web", { cluster, virtualMachines: [{ name: "web-1", vcpus: 1, memoryMb: 512 }] });
const stickiness = new Stickiness("apart", { cluster, virtualMachines, riskBound: 1e-6, maxHours: 24 });
const schedule = new MigrationSchedule("moves", { cluster, settings: { gainThreshold: 0 } });
exports.hosts = placement.hosts;
exports.rule = stickiness.rule;
exports.executed = schedule.executed;`;

describe("planted secrets", function () {
  this.timeout(300_000);
  needs("pulumi", "vsphere-plugin", "vcenter", "influxd1", "telegraf");

  let vcenter: Vcenter;
  let influx: Influx1;
  let telegraf: Telegraf;
  before(async () => {
    vcenter = await startVcenter({ hosts: 3, vms: 4, password: VCENTER });
    influx = await startInflux1({ auth: true, password: INFLUX });
    telegraf = await startTelegraf({ vcenter, influx1: influx });
  });
  after(async () => {
    await telegraf?.stop();
    await influx?.stop();
    await vcenter?.stop();
  });

  function assertNone(leaks: readonly string[]): void {
    assert.deepEqual(leaks, []);
  }

  it("would be found in any of their forms", () => {
    for (const secret of Object.values(SECRETS)) {
      const url = encodeURIComponent(secret);
      const xml = secret
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll('"', "&quot;")
        .replaceAll("'", "&apos;");
      const header = ["a:", "ab:", "abc:"].map((user) => Buffer.from(`${user}${secret}`).toString("base64"));
      for (const text of [
        `x${secret}y`,
        url,
        xml,
        JSON.stringify({ secret }),
        JSON.stringify(JSON.stringify(secret)),
        ...header,
      ])
        assert.ok(leaksIn("here", text, SECRETS).length > 0, text);
    }
    assertNone(leaksIn("here", "nothing", SECRETS));
  });

  it("are nowhere in what Pulumi shows, logs and keeps", async () => {
    const folder = await temporaryFolder();
    const runtime = "runtime:\n  name: nodejs\n  options: { typescript: false }\n";
    await writeFile(join(folder, "Pulumi.yaml"), `name: secrets\nmain: index.js\n${runtime}`);
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ name: "secrets", version: "0.0.1", main: "index.js" }),
    );
    await writeFile(join(folder, "index.js"), SOURCE);
    const project: Project = await projectIn(folder);
    ok(await project.pulumi("stack", "init", "one"));
    await project.configure({
      "vsphere-affinity:vcenter.server": vcenter.server,
      "vsphere-affinity:vcenter.user": vcenter.user,
      "vsphere-affinity:vcenter.password": vcenter.password,
      "vsphere-affinity:vcenter.caFile": vcenter.certificate,
      "vsphere-affinity:telemetry.influx.url": influx.url,
      "vsphere-affinity:telemetry.influx.database": influx.database,
      "vsphere-affinity:telemetry.influx.user": influx.user!,
      "vsphere-affinity:telemetry.influx.password": influx.password!,
      "vsphere-affinity:journal": join(folder, "journal.duckdb"),
    });
    const said: string[] = [];
    const pulumi = async (...args: string[]) => {
      const ran = await project.pulumi(...args);
      said.push(ran.text);
      return ran;
    };
    ok(await pulumi("preview", "--diff"));
    const loud = ["-v=9", "--logtostderr", "--logflow"];
    const up = ok(await pulumi("up", "--yes", "--skip-preview", ...loud));
    assert.match(up.text, /Stickiness/);
    ok(await pulumi("refresh", "--yes"));
    ok(await pulumi("stack", "export"));
    ok(await pulumi("stack", "output", "--json"));
    // Refused by the servers: what is said of it is no place for what was refused either. Not with -v=9: Pulumi's own log
    // hides the secrets of the configuration as it is, and shows one that the state still has from before.
    await project.configure({ "vsphere-affinity:telemetry.influx.password": `${INFLUX}!` });
    await pulumi("preview", "--diff");
    await project.configure({ "vsphere-affinity:vcenter.password": `${VCENTER}!` });
    const refused = await pulumi("preview", "--diff");
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /VCENTER_LOGIN/);
    assertNone(said.flatMap((text, index) => leaksIn(`what Pulumi said (${index})`, text, SECRETS)));
    const { leaks, files } = await leaksInFolder(folder, SECRETS, ["node_modules"]);
    assertNone(leaks);
    const names = files.map((file) => basename(file));
    for (const name of ["one.json", "journal.duckdb", "journal.duckdb.actions.ndjson"])
      assert.ok(names.includes(name), name);
  });

  it("are nowhere in what the commands show and write, nor in their errors", async () => {
    const folder = await temporaryFolder();
    const said: [string, CliResult][] = [];
    const environment = {
      VSPHERE_USER: vcenter.user,
      VSPHERE_PASSWORD: VCENTER,
      INFLUX_USERNAME: influx.user,
      INFLUX_PASSWORD: INFLUX,
    };
    const settings = {
      vcenter: { server: vcenter.server, user: vcenter.user, password: VCENTER, caFile: vcenter.certificate },
      telemetry: { influx: { url: influx.url, database: influx.database, user: influx.user, password: INFLUX } },
      journal: "journal.duckdb",
    };
    const config = async (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value));
    const without = (password: string) => ({
      ...settings,
      vcenter: { ...settings.vcenter, password: undefined },
      telemetry: { influx: { ...settings.telemetry.influx, password } },
    });
    await config("all.yaml", settings);
    await config("environment.yaml", without(undefined as never));
    await config("refused.yaml", without(`${INFLUX}!`));
    await config("wrong-kind.yaml", {
      ...settings,
      vcenter: { ...settings.vcenter, password: [VCENTER] },
      device: VCENTER,
    });
    const inUrl = influx.url.replace("//", `//${influx.user}:${URL_PASSWORD}@`);
    await config("in-url.yaml", { ...settings, telemetry: { influx: { url: inUrl, database: influx.database } } });
    await writeFile(join(folder, "broken.yaml"), `vcenter: { password: "${URL_PASSWORD}\n  : [`);
    const cli = async (...args: string[]) => {
      const result = await runCli(args, { cwd: folder, environment });
      said.push([args.join(" "), result]);
      return result;
    };
    for (const file of ["all.yaml", "environment.yaml"]) {
      const plan = await cli("plan", "--config", file, "--save", "plan.json");
      assert.ok([0, 2].includes(plan.code ?? -1), plan.stderr);
      await cli("doctor", "--config", file);
      await cli("doctor", "--config", file, "--json");
      await cli("export", "inventory.json", "--config", file);
      await cli("report", "--config", file, "--out", "report.html");
      await cli("drift", "--config", file, "--metrics-file", "drift.prom");
      await cli("apply", "--config", file, "--metrics-file", "apply.prom");
      await cli("explain", "DC0_C0_RP0_VM0", "--config", file);
      await cli("import", "--config", file, "--telemetry", "copy.duckdb");
    }
    for (const file of ["refused.yaml", "wrong-kind.yaml", "in-url.yaml", "broken.yaml"]) {
      await cli("plan", "--config", file);
      await cli("doctor", "--config", file);
      await cli("apply", "--config", file, "--json");
    }
    await cli("plan", "--vcenter", vcenter.server, "--telemetry", `${inUrl}/${influx.database}`);
    await cli("plan", "--vcenter", vcenter.server, "--telemetry", `http://user:${URL_PASSWORD}@[`);
    await cli("plan", "--vcenter", `user:${URL_PASSWORD}@127.0.0.1:1`);
    assertNone(
      said.flatMap(([args, { stdout, stderr }]) => leaksIn(args.replace(URL_PASSWORD, "…"), stdout + stderr, SECRETS)),
    );
    const given = ["all.yaml", "environment.yaml", "refused.yaml", "wrong-kind.yaml", "in-url.yaml", "broken.yaml"];
    const { leaks, files } = await leaksInFolder(folder, SECRETS, given);
    assertNone(leaks);
    const names = files.map((file) => basename(file));
    for (const name of ["plan.json", "inventory.json", "report.html", "apply.prom"])
      assert.ok(names.includes(name), `${name} was not written: ${names.join()}`);
  });
});
