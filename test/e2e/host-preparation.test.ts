import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ActionLog } from "../../engine/journal";
import type { PreparationDrift, Readiness } from "../../provider";
import { writeRequests } from "../provider/preparation/requests";
import { needs, type Vcenter } from "../testbed";
import { ok, type Project } from "./project";
import { inVcenter, simulatedProject } from "./simulated-project";

const SOURCE = `
const { HostPreparation } = require("pulumi-vsphere-affinity/provider");
for (const { name, args } of require("./preparations.json")) {
  const { prepared, poolId, ready, evidence, probability } = new HostPreparation(name, args);
  exports[name] = { prepared, poolId, ready, evidence, probability };
}`;

const POOL = "affinity ready one backup";

interface Outputs {
  readonly prepared: { readonly hosts: readonly { readonly host: string }[] } | null;
  readonly poolId: string | null;
  readonly ready: readonly Readiness[];
  readonly evidence: string;
}

describe("a host preparation's life in the real CLI, on the simulator", function () {
  this.timeout(300_000);
  needs("pulumi", "vsphere-plugin", "vcenter");

  let vcenter: Vcenter;
  let project: Project;
  let folder: string;
  let requests: string;

  /** What the simulator has of ours: pools with their cluster and reservation, VMs by name. */
  const ours = () =>
    inVcenter(vcenter, (_, { clusters, resourcePools, virtualMachines }) => {
      const nameOf = (id: string | null) => clusters.find((cluster) => cluster.id === id)?.name ?? "none";
      const pools = resourcePools
        .filter(({ name }) => name.startsWith("affinity"))
        .map(({ cluster, cpuReservationMhz, memoryReservationMb }) =>
          [nameOf(cluster), cpuReservationMhz, memoryReservationMb].join(" "),
        );
      const machines = virtualMachines.map(({ name }) => name).filter((name) => name.startsWith("affinity"));
      return Promise.resolve({ pools, machines });
    });

  const program = (...list: { name: string; args: object }[]) =>
    writeFile(join(folder, "preparations.json"), JSON.stringify(list));
  const backup = (over: object = {}) => ({
    name: "backup",
    args: {
      cluster: "DC0_C0",
      application: "backup",
      // So long that it doesn't end while the test runs.
      windowMinutes: 240,
      hosts: 2,
      reserve: { cpuMhz: 500, memoryMib: 256, datastoreGib: 1 },
      ...over,
    },
  });
  /** The last request was four minutes ago, whatever the time is by now. */
  const fresh = () => writeRequests(requests, Math.floor(Date.now() / 60_000) * 60 - 240);
  const up = async (...args: string[]) => {
    await fresh();
    return ok(await project.pulumi("up", "--yes", "--skip-preview", ...args));
  };
  const outputs = async () =>
    JSON.parse(ok(await project.pulumi("stack", "output", "backup", "--json")).stdout) as Outputs;

  /** What the last refresh wrote into the state. */
  async function drift(): Promise<string[]> {
    const { deployment } = JSON.parse(ok(await project.pulumi("stack", "export")).stdout) as {
      deployment: { resources: { type: string; outputs: { drift: PreparationDrift[] } }[] };
    };
    const found = deployment.resources.find(({ type }) => type.endsWith(":HostPreparation"))!.outputs.drift;
    return found.map(({ what }) => what);
  }

  before(async () => {
    ({ vcenter, project, folder } = await simulatedProject("ready", SOURCE, { clusters: 2, hosts: 3, vms: 2 }));
    requests = join(folder, "requests.ndjson");
    await project.configure({ "vsphere-affinity:requests": requests });
  });
  after(() => vcenter?.stop());

  it("shows the hosts, the amounts and why in the preview, and reserves in the update", async () => {
    await program(backup());
    await fresh();
    const preview = ok(await project.pulumi("preview", "--diff"));
    assert.match(preview.text, /cpuMhz *: 500/);
    assert.match(preview.text, /backup asks within 240 min with \d+ %, above 70 %/);
    assert.deepEqual(await ours(), { pools: [], machines: [] });
    await up();
    assert.deepEqual(await ours(), { pools: ["DC0_C0 1000 512"], machines: [`${POOL} DC0_C0 LocalDS_0`] });
    const { prepared, poolId, ready } = await outputs();
    assert.equal(prepared?.hosts.length, 2);
    assert.equal(typeof poolId, "string");
    assert.deepEqual(
      ready.map(({ host, ready: is }) => [host, is]),
      prepared?.hosts.map(({ host }) => [host, true]),
    );
  });

  it("changes nothing the second time", async () => {
    await up("--expect-no-changes");
  });

  it("changes its own pool in place when the amounts change", async () => {
    const { poolId } = await outputs();
    await program(backup({ hosts: 1, reserve: { cpuMhz: 300, memoryMib: 128 } }));
    await up();
    assert.deepEqual(await ours(), { pools: ["DC0_C0 300 128"], machines: [] });
    assert.equal((await outputs()).poolId, poolId);
  });

  it("finds on refresh that somebody changed or removed it, and mends it", async () => {
    const { poolId } = await outputs();
    await inVcenter(vcenter, ({ pools }) => pools.update(poolId!, { cpuMhz: 1, memoryMib: 128 }));
    ok(await project.pulumi("refresh", "--yes"));
    assert.deepEqual(await drift(), ["reservation changed"]);
    await up();
    assert.deepEqual((await ours()).pools, ["DC0_C0 300 128"]);
    await inVcenter(vcenter, ({ pools }) => pools.remove(poolId!));
    ok(await project.pulumi("refresh", "--yes"));
    assert.deepEqual(await drift(), ["pool missing"]);
    await up();
    assert.deepEqual((await ours()).pools, ["DC0_C0 300 128"]);
    await up("--expect-no-changes");
  });

  it("is another one in another cluster: the old pool goes", async () => {
    // With placeholder disks in both: the clusters share folder and datastore.
    await program(backup({ hosts: 1 }));
    await up();
    assert.deepEqual((await ours()).machines, [`${POOL} DC0_C0 LocalDS_0`]);
    await program(backup({ cluster: "DC0_C1", hosts: 1 }));
    await up();
    const { pools, machines } = await ours();
    assert.deepEqual(pools, ["DC0_C1 500 256"]);
    assert.deepEqual(machines, [`${POOL} DC0_C1 LocalDS_0`]);
  });

  it("gives all back where no request is likely, and says why", async () => {
    await program(backup({ application: "idle", windowMinutes: 5 }));
    await up();
    assert.deepEqual(await ours(), { pools: [], machines: [] });
    const { prepared, poolId, evidence } = await outputs();
    assert.deepEqual([prepared, poolId], [null, null]);
    assert.match(evidence, /idle asks within 5 min with \d+ %, not above 70 %/);
  });

  it("names every bad input at once, and what is lacking", async () => {
    await program({ name: "bad", args: { cluster: "DC0_C0", hosts: 0, windowMinutes: 7, warmth: 3 } });
    const bad = await project.pulumi("preview");
    assert.notEqual(bad.code, 0);
    for (const path of ["hosts", "windowMinutes", "warmth", "application"]) assert.match(bad.text, new RegExp(path));
    assert.doesNotMatch(bad.text, /at .*\.js:\d+/);
    await program(backup({ reserve: { cpuMhz: 500 } }));
    await fresh();
    const lacking = await project.pulumi("preview");
    assert.match(lacking.text, /PREPARATION_AMOUNT_UNKNOWN[^]*reserve\.memoryMib/);
  });

  it("takes away its own pool and no other, with an intent and an outcome for every act", async () => {
    await program(backup());
    await up();
    const parent = await inVcenter(vcenter, ({ pools }, { clusters }) => {
      const root = clusters.find(({ name }) => name === "DC0_C0")!.resourcePool!;
      return pools.create(root, "affinity of somebody else", { cpuMhz: 1, memoryMib: 1 });
    });
    ok(await project.pulumi("destroy", "--yes", "--skip-preview"));
    assert.deepEqual(await ours(), { pools: ["DC0_C0 1 1"], machines: [] });
    await inVcenter(vcenter, ({ pools }) => pools.remove(parent));
    const actions = await new ActionLog(join(folder, "journal.duckdb.actions.ndjson")).actions();
    assert.ok(actions.length > 10);
    assert.deepEqual(
      actions.filter(({ outcome }) => outcome?.result !== "done"),
      [],
    );
  });
});
