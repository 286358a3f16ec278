import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../cli/package-info";
import type { Plan } from "../../engine/planner/plan";
import type { Snapshot } from "../../engine/snapshot";
import { createVcenterInventory } from "../../provider/vsphere";
import { backfill } from "../e2e/backfill";
import { blocksOf } from "../support/markdown";
import {
  type Influx1,
  needs,
  pulumiEnvironment,
  startInflux1,
  startTelegraf,
  startVcenter,
  temporaryFolder,
  type Vcenter,
} from "../testbed";
import { npmEnvironment, pack } from "./pack";
import { openShell, type Shell } from "./shell";

const SECTION = "Your own cluster in ten minutes";
const PASSWORD = "p4ssword-nobody-may-see";
const blocks = blocksOf(readFileSync(join(packageRoot(), "README.md"), "utf8")).filter(
  ({ heading }) => heading === SECTION,
);

describe(`the README's "${SECTION}", from an empty folder with the packed package`, function () {
  this.timeout(600_000);
  needs("pulumi", "vsphere-plugin", "vcenter", "telegraf", "influxd1");

  let vcenter: Vcenter;
  let influx: Influx1;
  let folder: string;
  let shell: Shell;
  let untouched: Snapshot;
  /** What the README says for an example, and what it is here. */
  let places: Record<string, string>;
  const replaced = new Set<string>();

  before(async () => {
    const [packed] = await Promise.all([pack(), startBed()]);
    folder = join(await temporaryFolder(), "placement");
    await mkdir(folder);
    const pulumi = await pulumiEnvironment(await temporaryFolder());
    // Asked for by the README itself.
    delete pulumi.PULUMI_BACKEND_URL;
    delete pulumi.PULUMI_CONFIG_PASSPHRASE;
    shell = await openShell(folder, npmEnvironment({ ...pulumi, PULUMI_SKIP_CONFIRMATIONS: "true" }));
    untouched = await inVcenter();
    places = {
      "npm install pulumi-vsphere-affinity": `npm install ${packed.path}`,
      "reader@vsphere.local": vcenter.user,
      "VSPHERE_PASSWORD='…'": `VSPHERE_PASSWORD='${PASSWORD}'`,
      "PULUMI_CONFIG_PASSPHRASE='…'": "PULUMI_CONFIG_PASSPHRASE='test bed'",
      "--ca-file vcenter.pem": `--ca-file ${vcenter.certificate}`,
      "vcenter.example.com": vcenter.server,
      "--cluster production": "--cluster DC0_C0",
      "https://influx.example.com:8086/vsphere": `${influx.url}/${influx.database}`,
      "explain web-01": "explain DC0_C0_RP0_VM0",
      "--from 2026-03-01": `--from ${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}`,
    };
  });

  after(async () => {
    await Promise.all([vcenter?.stop(), influx?.stop()]);
  });

  async function startBed(): Promise<void> {
    [vcenter, influx] = await Promise.all([startVcenter({ hosts: 4, vms: 12, password: PASSWORD }), startInflux1()]);
    const file = join(await temporaryFolder(), "telegraf.lp");
    const telegraf = await startTelegraf({ vcenter, influx1: influx, file });
    await telegraf.stop();
    await backfill(await readFile(file, "utf8"), [influx], { hours: 30, stepSeconds: 300 });
  }

  async function inVcenter(): Promise<Snapshot> {
    const { server, user, password, certificate: caFile } = vcenter;
    const inventory = createVcenterInventory({ server, user, password, caFile, insecure: false, timeoutSeconds: 30 });
    try {
      return await inventory.snapshot();
    } finally {
      await inventory.close();
    }
  }

  /** What holds after the block that says this. */
  const outcomes: [string, (output: string) => Promise<void> | void][] = [
    [
      "doctor",
      (output) => {
        assert.match(output, /^ok +inventory: 1 cluster, 4 hosts, 12 virtual machines/m);
        assert.match(output, /^ok +telemetry: /m);
        assert.doesNotMatch(output, /^ERROR/m);
      },
    ],
    [
      "plan --save plan.json",
      async (output) => {
        const plan = JSON.parse(await readFile(join(folder, "plan.json"), "utf8")) as Plan;
        assert.equal(plan.cluster.name, "DC0_C0");
        assert.ok(plan.telemetry && plan.telemetry.coverage > 0.9, JSON.stringify(plan.telemetry));
        assert.match(output, /^DC0_C0_RP0_VM0 (stays|moves|is)/m);
        assert.match(await readFile(join(folder, "report.html"), "utf8"), /DC0_C0_RP0_VM0/);
      },
    ],
    [
      "pulumi up",
      async (output) => {
        assert.match(output, /vsphere-affinity:Placement replicas +create/);
        assert.match(output, /\+ 2 created/);
        // Shown by the preview, by the update's own, and by the update.
        const shown = [...output.matchAll(/(replica-\d): "(DC0_C0_H\d)"/g)];
        assert.equal(shown.length, 6, output);
        const hosts = new Map(shown.map(([, name, host]) => [name, host]));
        for (const [, name, host] of shown)
          assert.equal(host, hosts.get(name), "the update gives what the preview showed");
        assert.notEqual(hosts.get("replica-1"), hosts.get("replica-2"));
        assert.match(output, /Policies:\n.*vsphere-affinity@v/);
        const page = await readFile(join(folder, "placed.html"), "utf8");
        for (const name of ["replica-1", "replica-2"]) assert.ok(page.includes(name), name);
      },
    ],
    ["plan --inventory inventory.json", (output) => assert.match(output, /^cluster DC0_C0: 0 to place/m)],
  ];

  for (const { code, line } of blocks) {
    it(`line ${line}: ${code.trim().split("\n").join("; ")}`, async () => {
      let commands = code;
      for (const [example, here] of Object.entries(places)) {
        if (!commands.includes(example)) continue;
        replaced.add(example);
        commands = commands.replaceAll(example, here);
      }
      const output = await shell.type(commands);
      for (const [said, holds] of outcomes) if (code.includes(said)) await holds(output);
    });
  }

  it("says all that was looked for", () => {
    for (const [said] of outcomes)
      assert.ok(
        blocks.some(({ code }) => code.includes(said)),
        said,
      );
    assert.deepEqual([...replaced].sort(), Object.keys(places).sort());
  });

  it("has changed nothing in the vCenter, and left the password nowhere", async () => {
    const where = ({ virtualMachines, clusters }: Snapshot) => ({
      rules: clusters.map(({ rules }) => rules),
      hosts: virtualMachines.map(({ name, host }) => [name, host]).sort(),
    });
    assert.deepEqual(where(await inVcenter()), where(untouched));
    for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || path.includes("node_modules")) continue;
      assert.ok(!(await readFile(path)).includes(PASSWORD), path);
    }
  });
});
