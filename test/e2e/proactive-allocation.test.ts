import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openJournal } from "../../engine/journal";
import { parseSnapshot } from "../../engine/snapshot";
import { writeInventory } from "../../engine/snapshot/file";
import { type Dns, needs, startDns } from "../testbed";
import { javascriptProject, ok, type Project } from "./project";

const SOURCE = `
const { ProactiveAllocation } = require("pulumi-vsphere-affinity/provider");
for (const { name, args } of require("./groups.json")) {
  const { replicasSuggested, reservations, withdrawn, evidence } = new ProactiveAllocation(name, args);
  exports[name] = { replicasSuggested, reservations, withdrawn, evidence };
}`;

interface Outputs {
  replicasSuggested: number | null;
  reservations: { vm: string; host: string }[];
  withdrawn: string[];
  evidence: string;
}

/** web-1 to web-3, each on a host of its own, and a fourth that is empty. */
const cluster = (...lost: number[]) =>
  parseSnapshot(
    {
      ...{ schemaVersion: 1, source: { kind: "file", name: "vc.example.com" }, takenAt: "2026-03-02T00:00:00Z" },
      clusters: [
        {
          ...{ id: "domain-c1", name: "production", drs: { enabled: true, automation: "manual" } },
          ha: { enabled: false, admissionControl: { policy: "none" } },
        },
      ],
      hosts: [1, 2, 3, 4].map((i) => ({
        ...{ id: `host-${i}`, name: `esx-${i}`, cluster: "domain-c1", power: "poweredOn", maintenance: false },
        ...{ connection: lost.includes(i) ? "notResponding" : "connected", cpuMhz: 32_000, cores: 16, threads: 32 },
        ...{ memoryMb: 16_384, datastores: [] },
      })),
      virtualMachines: [1, 2, 3].map((i) => ({
        ...{ id: `vm-${i}`, name: `web-${i}`, host: `host-${i}`, cluster: "domain-c1", power: "poweredOn" },
        ...{ vcpus: 2, memoryMb: 6000 },
      })),
    },
    "the test's cluster",
  );

describe("proactive allocation in the real CLI, with a real DNS server", function () {
  this.timeout(240_000);
  needs("pulumi", "dns");

  let dns: Dns;
  let project: Project;
  let folder: string;

  const ALL = ["192.0.2.11", "192.0.2.12", "192.0.2.13"];
  const ARGS = {
    ...{ cluster: "production", virtualMachines: ["web-1", "web-2", "web-3"], needed: 2, riskBound: 0.0002 },
    traffic: { name: "web.example.test", addresses: { "web-1": ALL[0], "web-2": ALL[1], "web-3": ALL[2] } },
  };
  const program = (...groups: object[]) => writeFile(join(folder, "groups.json"), JSON.stringify(groups));
  const world = (...lost: number[]) => writeInventory(cluster(...lost), join(folder, "inventory.json"));
  const outputs = async () =>
    JSON.parse(ok(await project.pulumi("stack", "output", "web", "--json")).stdout) as Outputs;
  const up = () => project.pulumi("up", "--yes", "--skip-preview");
  async function addresses(): Promise<string[]> {
    const resolver = new Resolver({ timeout: 2000 });
    resolver.setServers([dns.server]);
    return (await resolver.resolve4("web.example.test")).sort();
  }
  const rooms = async () =>
    (await openJournal(join(folder, "journal.duckdb")).reservations("vc.example.com/domain-c1")).map(
      ({ virtualMachine, host }) => [virtualMachine, host],
    );

  before(async () => {
    dns = await startDns();
    project = await javascriptProject("shop", SOURCE);
    folder = project.folder;
    await world();
    ok(await project.pulumi("stack", "init", "one"));
    await project.configure({
      "vsphere-affinity:inventory": join(folder, "inventory.json"),
      "vsphere-affinity:journal": join(folder, "journal.duckdb"),
      "vsphere-affinity:asOf": "now",
      "vsphere-affinity:dns.server": dns.server,
      "vsphere-affinity:dns.zone": dns.zone,
      "vsphere-affinity:dns.keyName": dns.keyName,
    });
    ok(await project.pulumi("config", "set", "--path", "--secret", "vsphere-affinity:dns.secret", dns.secret));
  });
  after(() => dns?.stop());

  it("is made, has nothing to do, and is content", async () => {
    await program({ name: "web", args: ARGS });
    assert.match(ok(await project.pulumi("preview", "--diff")).text, /replicasSuggested *: 3/);
    ok(await up());
    const { replicasSuggested, reservations, withdrawn } = await outputs();
    assert.deepEqual([replicasSuggested, reservations, withdrawn], [3, [], []]);
    ok(await project.pulumi("preview", "--expect-no-changes"));
    assert.deepEqual(await addresses(), ALL);
  });

  it("keeps room, redirects and suggests more as soon as a host is likely to fail, shown in the preview first", async () => {
    await world(1);
    const preview = ok(await project.pulumi("preview", "--diff"));
    assert.match(preview.text, /replicasSuggested *: 3 => 4/);
    assert.deepEqual([await addresses(), await rooms()], [ALL, []]);
    ok(await up());
    const { replicasSuggested, reservations, withdrawn, evidence } = await outputs();
    assert.deepEqual([replicasSuggested, withdrawn], [4, [ALL[0]]]);
    assert.deepEqual(
      reservations.map(({ vm, host }) => [vm, host]),
      [["web-1", "esx-4"]],
    );
    assert.match(evidence, /^web-1 fails with/);
    assert.deepEqual([await addresses(), await rooms()], [ALL.slice(1), [["web-1 (restart)", "host-4"]]]);
    ok(await project.pulumi("preview", "--expect-no-changes"));
  });

  it("finds on a refresh what others took from it, and mends it", async () => {
    await openJournal(join(folder, "journal.duckdb")).release("shop/one/web");
    ok(await project.pulumi("refresh", "--yes"));
    assert.match(ok(await project.pulumi("stack", "export")).stdout, /"what": "reservation missing"/);
    ok(await up());
    assert.deepEqual(await rooms(), [["web-1 (restart)", "host-4"]]);
  });

  it("changes what is asked for, refuses what can't be, and keeps the secret out of the state", async () => {
    await program({ name: "web", args: { ...ARGS, reserve: false } });
    ok(await up());
    assert.deepEqual(await rooms(), []);
    await program({ name: "web", args: { ...ARGS, needed: 20, replicas: 3 } });
    const refused = await up();
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /replicas/);
    const state = ok(await project.pulumi("stack", "export")).stdout;
    assert.ok(!state.includes(dns.secret));
    assert.ok(!refused.text.includes(dns.secret));
  });

  it("gives everything back when it is destroyed", async () => {
    await program({ name: "web", args: ARGS });
    ok(await up());
    assert.deepEqual([await addresses(), (await rooms()).length], [ALL.slice(1), 1]);
    ok(await project.pulumi("destroy", "--yes"));
    assert.deepEqual([await addresses(), await rooms()], [ALL, []]);
  });
});
