import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assess } from "../../../../engine/models/assess";
import type { HostEvent } from "../../../../engine/models/failure";
import { ModelStore } from "../../../../engine/models/store";
import {
  loadModels,
  readTrainingData,
  TRAINABLES,
  trainModels,
  type TrainingData,
} from "../../../../engine/models/training";
import { planRequestSchema } from "../../../../engine/planner/request";
import { createRandom } from "../../../../engine/random";
import { syntheticCluster } from "../../../../engine/synthetic";

const DAY = 86_400;
const END = 1_772_409_600;
const { snapshot, telemetry } = syntheticCluster({ seed: 4, hosts: 4, vms: 24, days: 20, stepMinutes: 60, end: END });
const cluster = snapshot.clusters[0];
const request = planRequestSchema.parse({ cluster: cluster.id, asOf: END });

/** Two years in which the first host fails thrice a week, and the others once in two months. */
function lemonYears(): HostEvent[] {
  const random = createRandom(1, "lemons");
  return Array.from({ length: 730 }, (_, day) => day).flatMap((day) =>
    snapshot.hosts.flatMap(({ id }, host): HostEvent[] =>
      random.uniform() < (host === 0 ? 0.43 : 1 / 60)
        ? [{ host: id, kind: "failure", at: END - (730 - day) * DAY + 3600, until: null, cause: "hardware" }]
        : [],
    ),
  );
}

describe("training", () => {
  let folder: string;
  let store: ModelStore;
  let data: TrainingData;
  before(async () => {
    const sources = { snapshot, telemetry, asOf: END, days: 20, horizonHours: 24 };
    data = await readTrainingData({ ...sources, events: lemonYears() });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "training-"));
    store = new ModelStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("says of each model that can't be trained what is short, and names its fallback", async () => {
    const nothing: TrainingData = { ...data, vms: null, hosts: null, events: [], requests: null };
    const rows = await trainModels(nothing, store, { seed: 1 });
    assert.equal(rows.length, Object.keys(TRAINABLES).length);
    for (const { file, used, because, model } of rows) {
      assert.equal(file, null, model);
      assert.notEqual(used, model);
      assert.match(because, /telemetry|failures|requests/);
    }
  });

  it("a trained model of hosts takes the base rate's place, and its digest is in the assessment", async () => {
    const [row] = await trainModels(data, store, { seed: 1 }, ["failure/host"]);
    assert.equal(row.used, "failure/host", row.because);
    assert.ok(row.skill && row.skill.value > row.skill.baseline.value);
    const events = lemonYears();
    const models = await loadModels(store, { events });
    const { hosts, trained, lacking } = await assess(request, snapshot, cluster, null, { models });
    assert.equal(hosts.model, "failure/host");
    assert.ok(hosts.failureProbability[0] > 0.2 && hosts.failureProbability[0] < 0.7, `${hosts.failureProbability[0]}`);
    for (const p of hosts.failureProbability.subarray(1)) assert.ok(p > 0.002 && p < 0.1, `${p}`);
    assert.deepEqual(
      trained?.map(({ name }) => name),
      ["failure/host", "host events"],
    );
    const named = lacking.flatMap(({ subjects }) => subjects);
    for (const name of ["demand/quantile/cpu", "failure/correlation", "interference"]) assert.ok(named.includes(name));
  });

  it("the same history and seed give the same file, and what comes after asOf is not learned", async () => {
    await trainModels(data, store, { seed: 1 }, ["failure/host"]);
    const first = await readFile(join(folder, "failure/host.json"), "utf8");
    const later = { host: snapshot.hosts[1].id, kind: "failure", at: END + 5, until: null, cause: "unknown" } as const;
    const again = await readTrainingData({
      ...{ snapshot, telemetry, asOf: END, days: 20, horizonHours: 24 },
      events: [...lemonYears(), later],
    });
    await trainModels(again, store, { seed: 1 }, ["failure/host"]);
    assert.equal(await readFile(join(folder, "failure/host.json"), "utf8"), first);
  });

  it("a damaged, withdrawn or unskilled file is no error: the fallback serves, and says why", async () => {
    await trainModels(data, store, { seed: 1 }, ["failure/host"]);
    const path = join(folder, "failure/host.json");
    const good = await readFile(path, "utf8");
    const reason = async (alarm?: () => string) => {
      const { hosts, inputs, lacking } = await loadModels(store, { alarm });
      assert.equal(hosts, null);
      assert.deepEqual(inputs, []);
      return lacking.find(({ subjects }) => subjects[0] === "failure/host")!;
    };
    assert.match((await reason(() => "it was off by 9 points")).what, /withdrawn, since it was off by 9 points/);
    const header = JSON.parse(good) as { skill: { value: number } };
    await writeFile(path, JSON.stringify({ ...header, skill: { ...header.skill, value: -1 } }));
    assert.match((await reason()).what, /no better than its baseline/);
    await writeFile(path, good.slice(0, 100));
    const damaged = await reason();
    assert.match(damaged.what, /damaged/);
    assert.equal(damaged.fallback, TRAINABLES.hostFailures.fallback);
    assert.ok(!damaged.what.includes(folder), "the folder is no part of what a plan rests on");
  });

  it("a stale file doesn't serve; one whose newest fact is a rare event is not stale by its age", async () => {
    await trainModels(data, store, { seed: 1 }, ["failure/host"]);
    const { hosts, unavailable } = await loadModels(store, { oldest: END + 365 * 86_400 });
    assert.equal(hosts, null);
    const stale = unavailable.find(({ name }) => name === "failure/host")!;
    assert.equal(stale.reason, "stale");
    assert.match(stale.because, /^stale: it knows nothing after 20\d\d-\d\d-\d\d$/);
    assert.equal(stale.fallback, TRAINABLES.hostFailures.fallback);
    assert.ok((await loadModels(store, { oldest: END - 365 * 86_400 })).hosts);
    assert.equal(TRAINABLES.pairFailures.learnsFromRareEvents, true);
  });

  it("a file that fits its schema and fails when asked hands over to its fallback, by name", async () => {
    await trainModels(data, store, { seed: 1 }, ["failure/host"]);
    const events = lemonYears();
    const models = await loadModels(store, { events });
    const broken = { ...models, hosts: { ...models.hosts!, heads: [] } };
    const plain = await assess(request, snapshot, cluster, null, { models: { ...models, hosts: null } });
    const { hosts, lacking, failed } = await assess(request, snapshot, cluster, null, { models: broken });
    assert.deepEqual(failed, ["failure/host"]);
    assert.equal(hosts.model, "failure/signals");
    assert.deepEqual(hosts.failureProbability, plain.hosts.failureProbability);
    const said = lacking.find(({ what }) => what.startsWith("a trained model (it failed: "))!;
    assert.deepEqual([said.subjects, said.fallback], [["failure/host"], "failure/signals"]);
    assert.equal(plain.failed, undefined);
  });

  it("a model that foresees what the known past denies is not believed: events that it learned from are missing", async () => {
    await trainModels(data, store, { seed: 1 }, ["failure/host"]);
    const models = await loadModels(store, { events: lemonYears() });
    const heads = models.hosts!.heads.map((head) => ({
      ...head,
      trees: { ...head.trees, initial: head.trees.initial + 20 },
    }));
    const anxious = { ...models, hosts: { ...models.hosts!, heads } };
    const { hosts, lacking, failed } = await assess(request, snapshot, cluster, null, { models: anxious });
    assert.deepEqual([hosts.model, failed], ["failure/signals", ["failure/host"]]);
    assert.ok(lacking.some(({ what }) => /foresees \d+ failures in the last 14 days, \d+ are known/.test(what)));
  });

  it("without models the assessment has no trace of them", async () => {
    const plain = await assess(request, snapshot, cluster, telemetry);
    assert.equal(plain.trained, undefined);
    assert.equal(plain.interference, undefined);
    assert.equal(plain.hosts.model, "failure/signals");
  });

  it("interference is learned from hours that the VMs on a host now explain", async () => {
    const [row] = await trainModels(data, store, { seed: 1 }, ["interference"]);
    assert.ok(row.file, row.because);
    const models = await loadModels(store);
    if (row.used !== "interference") return assert.equal(models.interference, null);
    const { interference, virtualMachines } = await assess(request, snapshot, cluster, telemetry, { models });
    assert.equal(interference!.suffers.length, virtualMachines.ids.length * interference!.rank);
    assert.ok(interference!.causes.every(Number.isFinite));
  });
});
