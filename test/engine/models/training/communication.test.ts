import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { propagationFileSchema } from "../../../../engine/models/propagation";
import { ModelStore } from "../../../../engine/models/store";
import { loadModels, readFlows, updateCommunication } from "../../../../engine/models/training";
import type { Snapshot } from "../../../../engine/snapshot";
import { syntheticCluster } from "../../../../engine/synthetic";

const { snapshot: made } = syntheticCluster({
  seed: 4,
  hosts: 2,
  vms: 4,
  days: 1,
  stepMinutes: 60,
  end: 1_772_409_600,
});
const [web, db, cache] = made.virtualMachines;
const tagged: Snapshot = {
  ...made,
  clusters: made.clusters.map((cluster) => ({ ...cluster, rules: [], vmGroups: [] })),
  virtualMachines: made.virtualMachines.map((vm) => ({
    ...vm,
    tags:
      vm.id === db.id
        ? [
            { category: "Tier", name: "Database" },
            { category: "criticality", name: "critical" },
          ]
        : [],
  })),
};
const declaring: Snapshot = {
  ...tagged,
  clusters: tagged.clusters.map((cluster) => ({
    ...cluster,
    vmGroups: [
      { name: "web", members: [web.id] },
      { name: "db", members: [db.id] },
    ],
    rules: [
      {
        ...{ kind: "vmDependency" as const, key: 1, name: "web on db", enabled: true, mandatory: true },
        ...{ vmGroup: "web", dependsOnVmGroup: "db" },
      },
    ],
  })),
};
const T = 1_772_409_600;

describe("who talks to whom", () => {
  let folder: string;
  let store: ModelStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "communication-"));
    store = new ModelStore(join(folder, "models"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const flows = async (content: string) => {
    const path = join(folder, "flows.csv");
    await writeFile(path, `from,to,kilobytes,seconds,at\n${content}`);
    return readFlows(path, made.virtualMachines);
  };

  it("begins with the first flows, by id or name, and with what the rules declare", async () => {
    const news = await flows(`${web.name},${db.id},600,300,${T - 300}\n`);
    const file = await updateCommunication(store, declaring, news, T);
    assert.deepEqual(file!.graph.edges, [{ from: web.id, to: db.id, weight: 2, declared: true }]);
    assert.equal(file!.graph.updatedAt, T - 300);
    assert.equal(file!.trainedUntil, T);
    const node = file!.graph.nodes.find(({ id }) => id === db.id)!;
    assert.equal(node.tier, "database");
    assert.equal(node.criticality, 1);
    assert.equal(node.allocation.memoryMb, db.memoryMb);
    assert.equal(file!.graph.nodes.find(({ id }) => id === web.id)!.criticality, null);
  });

  it("takes in each interval once, fades what stopped, and waits for what lies ahead", async () => {
    const first = await flows(`${web.id},${db.id},600,300,${T}\n`);
    await updateCommunication(store, tagged, first, T);
    const all = await flows(
      `${web.id},${db.id},600,300,${T}\n${web.id},${cache.id},300,300,${T + 3600}\n${db.id},${cache.id},1,1,${T + 9000}\n`,
    );
    const once = await updateCommunication(store, tagged, all, T + 3600);
    const twice = await updateCommunication(store, tagged, all, T + 3600);
    assert.deepEqual(once, twice);
    // An hour is the half-life: half of what was there is left, and what is new counts half.
    assert.deepEqual(
      once!.graph.edges.map(({ to, weight }) => [to, weight]),
      [
        [db.id, 1],
        [cache.id, 0.5],
      ],
    );
  });

  it("doesn't fade while no flows come in: a late export is no silence", async () => {
    await updateCommunication(store, tagged, await flows(`${web.id},${db.id},600,300,${T}\n`), T);
    const later = await updateCommunication(store, tagged, [], T + 86_400);
    assert.equal(later!.graph.edges[0].weight, 2);
  });

  it("forgets a declaration that is gone, and VMs that are gone", async () => {
    await updateCommunication(store, declaring, [], T);
    const file = await updateCommunication(store, tagged, [], T + 1);
    assert.deepEqual(file!.graph.edges, []);
    const fewer = { ...tagged, virtualMachines: tagged.virtualMachines.slice(1) };
    assert.equal((await updateCommunication(store, fewer, [], T + 2))!.graph.nodes.length, 3);
  });

  it("writes nothing where nobody said anything", async () => {
    assert.equal(await updateCommunication(store, tagged, [], T), null);
    await assert.rejects(readdir(join(folder, "models")), { code: "ENOENT" });
  });

  it("is what a plan reads", async () => {
    await updateCommunication(store, declaring, [], T);
    const { communication, inputs } = await loadModels(store);
    assert.ok(propagationFileSchema.safeParse(communication).success);
    assert.deepEqual(
      inputs.map(({ name }) => name),
      ["propagation"],
    );
  });

  it("a bad file of flows lists its rows", async () => {
    await assert.rejects(flows(`${web.id},,1,300,${T}\n${web.id},${db.id},-1,0,noon\n`), (error) => {
      const { code, problems } = error as { code: string; problems: { path: string }[] };
      assert.equal(code, "FLOWS_INVALID");
      assert.deepEqual(problems.map(({ path }) => path).sort(), ["[0].to", "[1].at", "[1].kilobytes", "[1].seconds"]);
      return true;
    });
  });
});
