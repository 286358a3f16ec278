import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { Writable } from "node:stream";
import { checkDrs } from "../../cli/doctor/drs";
import { clockCheck } from "../../cli/doctor/clock";
import { checkPrivileges, PRIVILEGES } from "../../cli/doctor/privileges";
import { checkPulumi } from "../../cli/doctor/pulumi";
import { Output } from "../../cli/output";
import { Steps } from "../../cli/progress";
import { runProgram } from "../../cli/program";
import { packageInfo } from "../../cli/package-info";
import { parseSnapshot } from "../../engine/snapshot";
import { readClock } from "../../engine/telemetry/clock";
import { needs, startInflux1, startVcenter, temporaryFolder } from "../testbed";
import { runCli } from "./run-cli";
import { FILES, smallCluster } from "./small-cluster";

interface Line {
  readonly name: string;
  readonly status: string;
  readonly detail: string;
  readonly next?: string;
  readonly problems?: readonly { path: string; message: string }[];
}
const checksOf = (stdout: string): Line[] => (JSON.parse(stdout) as { checks: Line[] }).checks;
const find = (checks: readonly Line[], name: string): Line => {
  const check = checks.find((each) => each.name === name);
  assert.ok(check, `${name} is not among ${checks.map((each) => each.name).join(", ")}`);
  return check;
};

describe("doctor", function () {
  this.timeout(120_000);

  describe("of clocks", () => {
    it("takes the server's answer for the middle of the way, and says how well it is known", () => {
      assert.deepEqual(readClock(1000, 3000, 2000, 0), { skewSeconds: 0, uncertaintySeconds: 1 });
      assert.deepEqual(readClock(1000, 1000, 5000, 1000), { skewSeconds: 4.5, uncertaintySeconds: 0.5 });
    });

    it("a slow way is no skew; a minute is a warning, ten an error, silence a warning", () => {
      const status = (skewSeconds: number, uncertaintySeconds = 0) =>
        clockCheck("x", { skewSeconds, uncertaintySeconds }).status;
      assert.deepEqual([status(-3), status(70, 20), status(70), status(-7000)], ["ok", "ok", "warning", "error"]);
      assert.match(
        clockCheck("x", { skewSeconds: -90, uncertaintySeconds: 0.2 }).detail,
        /^90 s behind this machine's/,
      );
      assert.equal(clockCheck("x", null).status, "warning");
    });
  });

  describe("of privileges", () => {
    it("has a line for each task; only what a plan needs is an error", async () => {
      const lacking = (...names: string[]) =>
        checkPrivileges({ checkPrivileges: () => Promise.resolve(names) }, new AbortController().signal);
      assert.ok((await lacking()).every(({ status }) => status === "ok"));
      const some = await lacking("Resource.HotMigrate", "System.Read");
      assert.deepEqual(
        some.map(({ status }) => status),
        PRIVILEGES.map(({ names }) =>
          names.includes("System.Read") ? "error" : names.includes("Resource.HotMigrate") ? "warning" : "ok",
        ),
      );
      assert.match(some[0].next ?? "", /Read-only/);
    });
  });

  describe("of DRS", () => {
    const rule = (name: string, kind: string, virtualMachines: string[], over: object = {}) => ({
      ...{ key: name.length, name, enabled: true, mandatory: false, kind, virtualMachines, ...over },
    });
    const cluster = (drs: object, rules: readonly object[] = [], more: object = {}) =>
      parseSnapshot(
        {
          ...{ schemaVersion: 1, source: { kind: "vcenter", name: "vc" }, takenAt: "2026-03-02T00:00:00Z" },
          clusters: [
            {
              ...{ id: "c", name: "prod", drs, rules, ...more },
              ha: { enabled: false, admissionControl: { policy: "none" } },
            },
          ],
          hosts: ["h1", "h2"].map((id) => ({
            ...{ id, name: id, cluster: "c", connection: "connected", power: "poweredOn", maintenance: id === "h2" },
            ...{ cpuMhz: 1000, cores: 1, threads: 1, memoryMb: 1024 },
          })),
          virtualMachines: ["a", "b"].map((id) => ({
            ...{ id, name: id, host: "h1", cluster: "c", power: "poweredOn", vcpus: 1, memoryMb: 512 },
          })),
        },
        "test",
      );
    const manual = { enabled: true, automation: "manual" };

    it("says who moves VMs: off keeps no rule, fully automated fights a plan", () => {
      const mode = (drs: object) => checkDrs(cluster(drs))[0];
      assert.equal(mode(manual).status, "ok");
      assert.match(mode({ enabled: false, automation: "manual" }).detail, /keeps no rule/);
      const full = mode({ enabled: true, automation: "fullyAutomated" });
      assert.equal(full.status, "warning");
      assert.match(full.next ?? "", /partially automated/);
    });

    it("names rules that contradict each other, need more hosts than there are, or name a group without hosts", () => {
      const rules = [
        rule("apart", "vmAntiAffinity", ["a", "b"]),
        rule("together", "vmAffinity", ["a", "b"]),
        { ...rule("pinned", "vmHostAffinity", []), virtualMachines: undefined, vmGroup: "vms", hostGroup: "resting" },
        rule("ignored", "vmAffinity", ["a", "b"], { enabled: false }),
      ].map((each) => JSON.parse(JSON.stringify(each)) as object);
      const groups = {
        vmGroups: [{ name: "vms", members: ["a"] }],
        hostGroups: [{ name: "resting", members: ["h2"] }],
      };
      const [, check] = checkDrs(cluster(manual, rules, groups));
      assert.equal(check.status, "warning");
      assert.match(check.detail, /^3 in force, 1 turned off/);
      const found = check.problems?.map(({ message }) => message).join("\n") ?? "";
      assert.match(found, /"apart": the rule "together" keeps a, b together/);
      assert.match(found, /"apart": 2 VMs are to be apart, and the cluster has 1 usable hosts/);
      assert.match(found, /"pinned": no host of its group "resting" can take a VM now/);
      assert.doesNotMatch(found, /ignored/);
      assert.equal(checkDrs(cluster(manual, [rule("one", "vmAffinity", ["a", "b"])]))[1].status, "ok");
    });
  });

  describe("of packages", () => {
    it("reports versions as the folder's program would load them, and a pack that is not this version's", async () => {
      const folder = await temporaryFolder();
      const put = async (name: string, version: string) => {
        await mkdir(join(folder, "node_modules", name, "policies/pack"), { recursive: true });
        await writeFile(join(folder, "node_modules", name, "package.json"), JSON.stringify({ name, version }));
        await writeFile(join(folder, "node_modules", name, "policies/pack/PulumiPolicy.yaml"), "");
      };
      await put("@pulumi/pulumi", "3.250.1");
      await put(packageInfo().name, "0.0.0-other");
      const output = new Output(
        { stdout: process.stdout, stderr: new Writable({ write: (_, __, done) => done() }) },
        true,
      );
      const context = { output, steps: new Steps(output), signal: new AbortController().signal, environment: {} };
      const checks = await checkPulumi(context, folder);
      assert.equal(find(checks, "@pulumi/pulumi").detail, "version 3.250.1");
      assert.match(find(checks, "@pulumi/policy").detail, /^version \d/, "the package brings its own");
      const pack = find(checks, "policy pack");
      assert.equal(pack.status, "warning");
      assert.match(pack.detail, /version 0\.0\.0-other.*--policy-pack/);
    });
  });

  describe("of telemetry", () => {
    it("names VMs without samples, and the Telegraf setting that mends it", async () => {
      const { folder: cwd } = await smallCluster({ silent: 2 });
      const { stdout } = await runCli(["doctor", ...FILES, "--json"], { cwd });
      const checks = checksOf(stdout);
      const cpu = find(checks, "metric vmCpuMhz");
      assert.equal(cpu.status, "warning");
      assert.match(cpu.detail, /^6 of 8 VMs that run .*without samples: app-1, app-2$/);
      assert.match(cpu.next ?? "", /vm_include and vm_exclude of inputs\.vsphere/);
      assert.deepEqual(cpu.problems, [
        { path: "app-1", message: "no sample" },
        { path: "app-2", message: "no sample" },
      ]);
      const uptime = find(checks, "metric hostUptimeSeconds");
      assert.match(uptime.next ?? "", /host_metric_include of Telegraf's inputs\.vsphere: "sys\.uptime\.latest"/);
    });

    it("data of the past: late, with what to do", async () => {
      const { folder: cwd } = await smallCluster();
      await writeFile(
        join(cwd, "now.yaml"),
        "inventory: inventory.json\ntelemetry: { duckdb: telemetry.duckdb }\nasOf: 2026-03-02T12:00:00Z\n",
      );
      const { code, stdout } = await runCli(["doctor", "--config", "now.yaml", "--json"], { cwd });
      const cpu = find(checksOf(stdout), "metric vmCpuMhz");
      assert.deepEqual([code, cpu.status], [1, "error"]);
      assert.match(cpu.next ?? "", /is Telegraf running/);
    });

    describe("in InfluxDB", () => {
      needs("influxd1");
      it("compares the store's clock with this machine's", async () => {
        const { url, database, stop } = await startInflux1();
        try {
          const { folder: cwd } = await smallCluster();
          const args = ["doctor", "--inventory", "inventory.json", "--telemetry", `${url}/${database}`, "--json"];
          const { stdout } = await runCli(args, { cwd });
          assert.equal(find(checksOf(stdout), "clock of the telemetry store").status, "ok");
        } finally {
          await stop();
        }
      });
    });
  });

  describe("of a vCenter", () => {
    needs("vcenter");
    it("has version, clock, a line for each privilege, DRS and rules", async () => {
      const { server, user, password, certificate, stop } = await startVcenter({ hosts: 3, vms: 4 });
      try {
        const cwd = await temporaryFolder();
        await mkdir(cwd, { recursive: true });
        await writeFile(
          join(cwd, "vsphere-affinity.yaml"),
          `vcenter: { server: "${server}", caFile: "${certificate}" }\n`,
        );
        const environment = { VSPHERE_USER: user, VSPHERE_PASSWORD: password };
        const checks = checksOf((await runCli(["doctor", "--json"], { cwd, environment })).stdout);
        assert.match(find(checks, "vcenter").detail, /VMware vCenter.*API \d/);
        assert.equal(find(checks, "clock of the vCenter").status, "ok");
        for (const { task } of PRIVILEGES) assert.equal(find(checks, `privileges ${task}`).status, "ok");
        find(checks, "DRS of DC0_C0");
        assert.match(find(checks, "rules of DC0_C0").detail, /in force/);
      } finally {
        await stop();
      }
    });
  });

  describe("where nobody answers", () => {
    let silent: Server;
    let port: number;
    before(async () => {
      silent = createServer(() => undefined);
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      port = (silent.address() as { port: number }).port;
    });
    after(() => silent.close());

    it("ends in the time that was set, says what is unreachable, and looks at the rest; 80 columns wide", async () => {
      const folder = await temporaryFolder();
      await mkdir(folder, { recursive: true });
      const config = join(folder, "vsphere-affinity.yaml");
      await writeFile(
        config,
        `vcenter: { server: "127.0.0.1:${port}", user: u, password: p, insecure: true, timeoutSeconds: 1 }
telemetry: { influx: { url: "http://127.0.0.1:1", database: none, timeoutSeconds: 1 } }\n`,
      );
      let text = "";
      const stdout = Object.assign(
        new Writable({
          write: (chunk: Buffer, _, done) => {
            text += chunk.toString();
            done();
          },
        }),
        { isTTY: true, columns: 80 },
      );
      const stderr = new Writable({ write: (_, __, done) => done() });
      const code = await runProgram({
        ...{ args: ["doctor", "--config", config], terminal: { stdout, stderr } },
        ...{ environment: {}, signal: new AbortController().signal },
      });
      assert.equal(code, 1, text);
      assert.match(text, /^ERROR +inventory: /m);
      assert.match(text, /^ERROR +telemetry: /m);
      assert.match(text, /^ok +device plain: /m);
      assert.match(text, /^ok +@pulumi\/pulumi: version/m);
      const wide = text.split("\n").filter((line) => line.length > 80 && line.trim().includes(" "));
      assert.deepEqual(wide, [], "only a word that is longer by itself may pass the 80th column");
    });
  });
});
