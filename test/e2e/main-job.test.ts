import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createVcenterActions, createVcenterInventory } from "../../provider/vsphere";
import type { VcenterSettings } from "../../provider/settings";
import {
  componentPath,
  type Influx1,
  type Influx2,
  needs,
  startInflux1,
  startInflux2,
  startTelegraf,
  startVcenter,
  temporaryFolder,
  type Vcenter,
} from "../testbed";
import { backfill } from "./backfill";
import { ok, type Project, projectOf, type Ran, repository, run } from "./project";

const REPLICAS = ["replica-1", "replica-2"];
const PASSWORD = "p4ssword-nobody-may-see";

describe("the main job: simulator, Telegraf, InfluxDB, preview, up, second up, refresh", function () {
  this.timeout(300_000);
  needs("pulumi", "vsphere-plugin", "vcenter", "telegraf", "influxd1", "influxd2", "swiftshader");

  let vcenter: Vcenter;
  let influx1: Influx1;
  let influx2: Influx2;
  let project: Project;
  let settings: VcenterSettings;
  let asOf: string;

  before(async () => {
    [vcenter, influx1, influx2] = await Promise.all([
      startVcenter({ hosts: 4, vms: 12, password: PASSWORD }),
      startInflux1(),
      startInflux2(),
    ]);
    const file = join(await temporaryFolder(), "telegraf.lp");
    const telegraf = await startTelegraf({ vcenter, influx1, influx2, file });
    // Both databases must hold the same rows, so collecting ends before anything is read.
    await telegraf.stop();
    const stores = [influx1, { url: influx2.url, database: influx2.bucket, token: influx2.token }];
    await backfill(await readFile(file, "utf8"), stores, { hours: 23, stepSeconds: 300 });
    asOf = new Date((Math.floor(Date.now() / 300_000) + 1) * 300_000).toISOString();
    settings = {
      server: vcenter.server,
      user: vcenter.user,
      password: vcenter.password,
      insecure: false,
      caFile: vcenter.certificate,
      timeoutSeconds: 30,
    };
    project = await projectOf("vcenter", { vsphere: true });
  });

  after(async () => {
    await Promise.all([vcenter?.stop(), influx1?.stop(), influx2?.stop()]);
  });

  const telemetries = (): Record<string, Record<string, string>> => ({
    influx1: { url: influx1.url, database: influx1.database },
    influx2: { url: influx2.url, database: influx2.bucket, password: influx2.token },
  });

  /** A stack whose plans rest on the given telemetry; its journal is its own. */
  async function stack(name: string, telemetry: Record<string, string>): Promise<void> {
    ok(await project.pulumi("stack", "init", name));
    const values = {
      "vsphere:vsphereServer": vcenter.server,
      "vsphere:user": vcenter.user,
      "vsphere:password": vcenter.password,
      "vsphere:allowUnverifiedSsl": "true",
      "vsphere-affinity:vcenter.server": settings.server,
      "vsphere-affinity:vcenter.user": settings.user,
      "vsphere-affinity:vcenter.password": settings.password,
      "vsphere-affinity:vcenter.caFile": vcenter.certificate,
      "vsphere-affinity:journal": join(project.folder, `journal-${name}.duckdb`),
      "vsphere-affinity:asOf": asOf,
      "vsphere-affinity:plan.stepMinutes": "5",
      "vsphere-affinity:plan.historyDays": "1",
      datacenter: "DC0",
      cluster: "DC0_C0",
      datastore: "LocalDS_0",
      network: "VM Network",
      ...telemetry,
    };
    await project.configure(values);
  }

  const influxKeys = (telemetry: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(telemetry).map(([key, value]) => [`vsphere-affinity:telemetry.influx.${key}`, value]),
    );

  async function outputs(): Promise<{
    hosts: Record<string, string>;
    hostIds: Record<string, string>;
    digest: string;
  }> {
    return JSON.parse(ok(await project.pulumi("stack", "output", "--json")).stdout) as never;
  }

  async function inVcenter() {
    const inventory = createVcenterInventory(settings);
    try {
      return await inventory.snapshot();
    } finally {
      await inventory.close();
    }
  }

  it("shows the chosen hosts in the preview", async () => {
    await stack("one", influxKeys(telemetries().influx1));
    const preview = ok(await project.pulumi("preview", "--diff"));
    const hosts = (await inVcenter()).hosts.map((host) => host.id);
    const shown = [...preview.text.matchAll(/hostSystemId\s*:\s*"([^"]+)"/g)].map((match) => match[1]);
    assert.equal(shown.length, 2, preview.text);
    for (const id of shown) assert.ok(hosts.includes(id), `${id} is no host`);
    assert.notEqual(shown[0], shown[1]);
  });

  const pack = join(repository, "policies/pack");
  const guarded = () => project.pulumi("preview", "--policy-pack", pack);

  /** The example's program with `from` in it changed to `to`. */
  async function guardedWith(from: string, to: string): Promise<Ran> {
    const file = join(project.folder, "index.ts");
    const program = await readFile(file, "utf8");
    assert.ok(program.includes(from), from);
    await writeFile(file, program.replace(from, to));
    try {
      return await guarded();
    } finally {
      await writeFile(file, program);
    }
  }

  it("under the policy pack fails with an anti-affinity rule that is larger than the cluster, before its VMs are made", async () => {
    const five = `[...machines, ...machines, ...machines].slice(0, 5).map((machine, i) => pulumi.interpolate\`\${machine.id}-\${i}\`)`;
    const { code, text } = await guardedWith("machines.map((machine) => machine.id)", five);
    assert.notEqual(code, 0, text);
    assert.match(text, /anti-affinity-group-fits-hosts/);
    assert.match(text, /keeps 5 virtual machines apart; 4 hosts/);
  });

  it("puts the VMs where the plan said, and the rule into the cluster", async () => {
    ok(await project.pulumi("up", "--yes"));
    const { hostIds } = await outputs();
    const snapshot = await inVcenter();
    for (const name of REPLICAS) {
      assert.equal(snapshot.virtualMachines.find((vm) => vm.name === name)?.host, hostIds[name]);
    }
    const rule = snapshot.clusters[0].rules.find(({ name }) => name === "replicas-apart");
    assert.ok(rule?.kind === "vmAntiAffinity" && rule.mandatory && rule.enabled);
    const members = snapshot.virtualMachines.filter((vm) => REPLICAS.includes(vm.name)).map((vm) => vm.id);
    assert.deepEqual([...rule.virtualMachines].sort(), members.sort());
  });

  it("keeps no password in the state and little code", async () => {
    const state = ok(await project.pulumi("stack", "export")).stdout;
    const { deployment } = JSON.parse(state) as {
      deployment: {
        resources: { type: string; inputs?: Record<string, unknown>; outputs?: Record<string, unknown> }[];
      };
    };
    const placement = deployment.resources.find((resource) => resource.type.endsWith(":Placement"));
    const code = placement?.inputs?.__provider;
    assert.ok(typeof code === "string" && code.length > 0 && code.length < 2048, `${String(code).length} bytes`);
    assert.doesNotMatch(
      JSON.stringify([placement?.inputs, placement?.outputs]),
      new RegExp(`${PASSWORD}|node_modules`),
    );
    assert.ok(!JSON.stringify([placement?.inputs, placement?.outputs]).includes(repository));
  });

  it("changes nothing in a second update, whose logs hold no password", async () => {
    const update = ok(await project.pulumi("up", "--yes", "--expect-no-changes", "--logtostderr", "-v=3"));
    assert.ok(!update.text.includes(PASSWORD));
    const journal = await readFile(join(project.folder, "journal-one.duckdb"));
    assert.ok(!journal.includes(PASSWORD));
  });

  it("shows a VM that was moved behind Pulumi's back", async () => {
    const before = await inVcenter();
    const vm = before.virtualMachines.find(({ name }) => name === "replica-1")!;
    const taken = before.virtualMachines.find(({ name }) => name === "replica-2")!.host;
    const elsewhere = before.hosts.find((host) => host.cluster === vm.cluster && ![vm.host, taken].includes(host.id))!;
    const inventory = createVcenterInventory(settings);
    try {
      await createVcenterActions(inventory).relocate(vm.id, elsewhere.id);
    } finally {
      await inventory.close();
    }
    const refresh = ok(await project.pulumi("refresh", "--yes", "--diff"));
    assert.match(refresh.text, /hostSystemId/);
    assert.ok(refresh.text.includes(elsewhere.id), refresh.text);
    assert.ok(refresh.text.includes(elsewhere.name), "the placement names where the VM was found");
  });

  it("brings it back with the next update", async () => {
    const { hostIds } = await outputs();
    ok(await project.pulumi("up", "--yes"));
    const vm = (await inVcenter()).virtualMachines.find(({ name }) => name === "replica-1");
    assert.equal(vm?.host, hostIds["replica-1"]);
  });

  it("under the policy pack passes as it is", async () => {
    const { text } = ok(await guarded());
    assert.match(text, /policies.*vsphere-affinity/is);
  });

  it("under the policy pack fails with a VM that is pinned to another host than the plan's", async () => {
    const { hostIds } = await outputs();
    const other = (await inVcenter()).hosts.find(({ id }) => !Object.values(hostIds).includes(id))!;
    const { code, text } = await guardedWith(
      "placement.hostId(name)",
      `name === "replica-1" ? "${other.id}" : placement.hostId(name)`,
    );
    assert.notEqual(code, 0, text);
    assert.match(text, /virtual-machine-on-planned-host/);
    assert.ok(text.includes(`replica-1 is pinned to ${other.id}`), text);
  });

  it("under the policy pack fails with stale telemetry", async () => {
    const later = new Date(Date.parse(asOf) + 4 * 3_600_000).toISOString();
    await project.configure({ "vsphere-affinity:asOf": later });
    const { code, text } = await guarded();
    await project.configure({ "vsphere-affinity:asOf": asOf });
    assert.notEqual(code, 0, text);
    assert.match(text, /placement-telemetry-fresh/);
    assert.match(text, /newest telemetry sample/);
  });

  const cli = join(repository, "dist/cli/main.js");

  /** The plan of the whole cluster, as the CLI prints it. */
  async function planOn(name: string, telemetry: unknown, device = "plain", env: NodeJS.ProcessEnv = {}) {
    const config = join(project.folder, `${name}.json`);
    const plan = { stepMinutes: 5, historyDays: 1 };
    await writeFile(config, JSON.stringify({ vcenter: settings, telemetry, asOf, device, plan }));
    const args = [cli, "plan", "--config", config, "--cluster", "DC0_C0", "--include", "all", "--json"];
    const ran = await run(process.execPath, args, project.folder, { ...process.env, ...env });
    assert.ok(ran.code === 0 || ran.code === 2, ran.text);
    return ran.stdout;
  }

  async function copyOf(telemetry: Record<string, string>, name: string): Promise<{ duckdb: string }> {
    const file = join(project.folder, `${name}.duckdb`);
    const args = [cli, "import", `${telemetry.url}/${telemetry.database}`, file];
    const secret = telemetry.password ? { INFLUX_TOKEN: telemetry.password } : {};
    ok(await run(process.execPath, args, project.folder, { ...process.env, ...secret }));
    return { duckdb: file };
  }

  it("gives the same plan, byte for byte, from InfluxDB 1, InfluxDB 2 and a DuckDB copy of each", async () => {
    const { influx1: one, influx2: two } = telemetries();
    const plan = await planOn("influx1", { influx: one });
    // The two replicas are in it, and have no history.
    assert.ok((JSON.parse(plan) as { telemetry: { coverage: number } }).telemetry.coverage > 0.8, "it read telemetry");
    assert.equal(await planOn("influx2", { influx: two }), plan);
    assert.equal(await planOn("copy1", await copyOf(one, "copy1")), plan);
    assert.equal(await planOn("copy2", await copyOf(two, "copy2")), plan);
  });

  it("gives the same plan, byte for byte, on every device", async () => {
    const telemetry = { influx: telemetries().influx1 };
    const icd = await componentPath("swiftshader");
    // The loader, libvulkan.so.1, lies beside the driver.
    const swiftshader = { VK_ICD_FILENAMES: icd, VK_DRIVER_FILES: icd, LD_LIBRARY_PATH: dirname(icd) };
    const plan = await planOn("plain", telemetry);
    assert.equal(await planOn("cpu", telemetry, "cpu"), plan);
    assert.equal(await planOn("webasm", telemetry, "webasm"), plan);
    assert.equal(await planOn("webgpu", telemetry, "webgpu", swiftshader), plan);
  });

  it("removes all that it made", async () => {
    ok(await project.pulumi("destroy", "--yes"));
    const snapshot = await inVcenter();
    assert.deepEqual(
      snapshot.virtualMachines.filter((vm) => REPLICAS.includes(vm.name)),
      [],
    );
    assert.deepEqual(
      snapshot.clusters[0].rules.filter((rule) => rule.name === "replicas-apart"),
      [],
    );
    const logs = await readFile(join(project.folder, "Pulumi.one.yaml"), "utf8");
    assert.ok(!logs.includes(PASSWORD), "the password is encrypted in the stack's configuration");
  });
});
