import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openJournal } from "../../engine/journal";
import { parseSnapshot } from "../../engine/snapshot";
import { writeInventory } from "../../engine/snapshot/file";
import { checkPlacement } from "../../provider/placement/check";
import { recordPlacement } from "../../provider/placement/lifecycle";
import { checkProactive } from "../../provider/proactive/check";
import { applyProactive } from "../../provider/proactive/lifecycle";
import type { Finding } from "../../provider/reconcile/finding";
import { parseSettings } from "../../provider/settings";
import { temporaryFolder } from "../testbed";
import { runCli } from "./run-cli";

/** web-1 on its host, and a host that is free. */
const cluster = (over: { host?: string; lost?: boolean; maintenance?: boolean } = {}) =>
  parseSnapshot(
    {
      ...{ schemaVersion: 1, source: { kind: "file", name: "vc.example.com" }, takenAt: "2026-03-02T00:00:00Z" },
      clusters: [
        {
          ...{ id: "domain-c1", name: "production", drs: { enabled: true, automation: "manual" } },
          ha: { enabled: false, admissionControl: { policy: "none" } },
        },
      ],
      hosts: [1, 2, 3].map((i) => ({
        ...{ id: `host-${i}`, name: `esx-${i}`, cluster: "domain-c1", power: "poweredOn", datastores: [] },
        ...{ connection: over.lost && i === 1 ? "notResponding" : "connected", cpuMhz: 32_000, cores: 16, threads: 32 },
        ...{ memoryMb: 16_384, maintenance: over.maintenance === true && i !== 1 },
      })),
      virtualMachines: [
        {
          ...{ id: "vm-1", name: "web-1", host: over.host ?? "host-1", cluster: "domain-c1", power: "poweredOn" },
          ...{ vcpus: 2, memoryMb: 4000 },
        },
      ],
    },
    "the test's cluster",
  );

describe("drift from what programs declared", function () {
  this.timeout(60_000);

  let folder: string;
  const settingsOf = () =>
    parseSettings(
      { inventory: join(folder, "inventory.json"), journal: join(folder, "journal.duckdb") },
      "the test",
      {},
    );
  const world = (over?: Parameters<typeof cluster>[0]) => writeInventory(cluster(over), join(folder, "inventory.json"));
  const drift = async (...args: string[]) => {
    const files = ["--inventory", "inventory.json", "--journal", "journal.duckdb"];
    const { code, stdout, stderr } = await runCli(["drift", ...files, ...args, "--json"], { cwd: folder });
    assert.notEqual(stdout, "", stderr);
    const { findings, plan } = JSON.parse(stdout) as { findings: Finding[]; plan: string | null };
    return { code, plan, findings: findings.map(({ owner, class: what }) => `${owner} ${what}`) };
  };
  const now = () => Math.floor(Date.now() / 1000);

  before(async () => {
    folder = await temporaryFolder();
    await world();
    const settings = settingsOf();
    const asked = { owner: "shop/one/web", cluster: "production", virtualMachines: ["web-1"] };
    await applyProactive({}, await checkProactive({}, asked, settings, now()), settings, now);
    const placed = {
      ...{ owner: "shop/one/db", cluster: "production" },
      virtualMachines: [
        { name: "web-1", vcpus: 2, memoryMb: 4000 },
        { name: "db-1", vcpus: 2, memoryMb: 4000, avoidHosts: ["esx-1"] },
      ],
    };
    await recordPlacement({}, await checkPlacement({}, placed, settings, now()), settings);
  });

  it("is none while all is as declared", async () => {
    const { code, findings } = await drift();
    assert.deepEqual([findings, code], [[], 2], "the plan has a VM that is not made yet");
  });

  it("names a moved VM, VMs at risk and room that is due, and does nothing about it", async () => {
    await world({ lost: true });
    const { code, findings } = await drift();
    assert.deepEqual([code, findings], [2, ["shop/one/web risk-above-bound", "shop/one/web reservation-needed"]]);
    const kept = await openJournal(settingsOf().journal).reservations("vc.example.com/domain-c1");
    assert.deepEqual(
      kept.map(({ virtualMachine }) => virtualMachine),
      ["db-1", "web-1"],
    );
    await world({ host: "host-3" });
    assert.deepEqual((await drift()).findings, ["shop/one/db vm-moved"]);
  });

  it("names room on hosts that can't run VMs, and a model that can't serve", async () => {
    await world({ maintenance: true });
    await mkdir(join(folder, "models/failure"), { recursive: true });
    await writeFile(join(folder, "models/failure/host.json"), "{}");
    const { code, findings } = await drift("--models", "models");
    assert.equal(code, 2);
    assert.deepEqual(findings, ["shop/one/db reservation-stale", "vc.example.com model-stale"]);
  });

  it("is left out where a plan is named, or another shard's", async () => {
    await world({ lost: true });
    const { plan } = await drift();
    const named = await drift("--plan", plan!);
    assert.deepEqual(named.findings, []);
    const shards = await Promise.all([drift("--shard", "0/2"), drift("--shard", "1/2")]);
    assert.deepEqual(shards.map(({ findings }) => findings.length).sort(), [0, 2]);
  });
});
