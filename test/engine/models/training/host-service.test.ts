import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assess } from "../../../../engine/models/assess";
import type { RequestRecord } from "../../../../engine/models/profile";
import { ModelStore } from "../../../../engine/models/store";
import { loadModels, trainModels, type TrainingData } from "../../../../engine/models/training";
import { planRequestSchema } from "../../../../engine/planner/request";
import { createRandom } from "../../../../engine/random";
import { syntheticCluster } from "../../../../engine/synthetic";

const END = 1_772_409_600;
const HOUR = 3600;
const HOURS = 10 * 24;
const { snapshot } = syntheticCluster({ seed: 4, hosts: 3, vms: 12, days: 1, stepMinutes: 60, end: END });
const cluster = snapshot.clusters[0];
const [first, second, third] = snapshot.hosts;
const nothing: TrainingData = {
  ...{ snapshot, asOf: END, horizonHours: 24, vms: null, hosts: null, events: [], requests: null },
};

/** Requests of a month whose performance is by host, for one application, and by chance. */
function requests(speed: (host: number, application: string) => number): RequestRecord[] {
  const random = createRandom(3, "requests");
  return Array.from({ length: 600 }, (_, i) => {
    const host = Math.floor(random.uniform() * 3);
    const application = i % 2 ? "backup" : "web";
    const end = END - (600 - i) * HOUR;
    return {
      ...{ start: end - 60, end, user: "anna", application, host: snapshot.hosts[host].name },
      ...{ volumeMb: null, sizeKb: null, readShare: null, expectedPerformance: 100 },
      actualPerformance: 100 * speed(host, application) * (0.8 + 0.4 * random.uniform()),
    };
  });
}

/** Ready time of every VM by the host that it is on; use that explains the hosts' own. */
function histories(readyMs: (host: number) => number): Pick<TrainingData, "vms" | "hosts"> {
  const random = createRandom(5, "telemetry");
  const vms = snapshot.virtualMachines.filter((vm) => vm.host !== null);
  const hostOf = vms.map((vm) => snapshot.hosts.findIndex(({ id }) => id === vm.host));
  const fill = (rows: number, value: (row: number) => number) =>
    Float64Array.from({ length: rows * HOURS }, (_, i) => value(Math.floor(i / HOURS)));
  const firstHour = END / HOUR - HOURS;
  const cpu = fill(vms.length, () => 900 + 200 * random.uniform());
  const own = new Float64Array(snapshot.hosts.length * HOURS);
  hostOf.forEach((host, row) => {
    for (let hour = 0; hour < HOURS; hour++) own[host * HOURS + hour] += cpu[row * HOURS + hour];
  });
  return {
    vms: {
      ...{ entities: vms.map(({ id }) => id), firstHour, hours: HOURS, coverage: {} },
      metrics: {
        vmCpuMhz: cpu,
        vmCpuReadyMs: fill(
          vms.length,
          (row) => readyMs(hostOf[row]) * (vms[row].vcpus ?? 1) * (0.7 + random.uniform()),
        ),
      },
    },
    hosts: {
      ...{ entities: snapshot.hosts.map(({ id }) => id), firstHour, hours: HOURS, coverage: {} },
      metrics: { hostCpuMhz: own },
    },
  };
}

describe("how well hosts serve", () => {
  let folder: string;
  let store: ModelStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "host-service-"));
    store = new ModelStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const fast = requests((host, application) => (application === "backup" && host === 1 ? 1.8 : 1));
  const request = planRequestSchema.parse({
    ...{ cluster: cluster.id, asOf: END },
    virtualMachines: [
      { name: "nightly", vcpus: 2, memoryMb: 4096, application: "backup" },
      { name: "front", vcpus: 2, memoryMb: 4096, application: "web", user: "anna" },
      { name: "new", vcpus: 2, memoryMb: 4096, application: "never seen" },
      { name: "plain", vcpus: 2, memoryMb: 4096 },
      ...["a", "b"].map((name) => ({ name, vcpus: 2, memoryMb: 4096 })),
    ],
    groups: [{ name: "pair", kind: "apart", members: ["a", "b"], application: "backup" }],
  });

  it("profiles of applications tell which hosts are worth having, and a plan's digest covers them", async () => {
    const [row] = await trainModels({ ...nothing, requests: fast }, store, { seed: 1 }, ["profile/preferences"]);
    assert.equal(row.used, "profile/preferences", row.because);
    const models = await loadModels(store);
    const { hostPreference, hosts, virtualMachines, lacking, trained } = await assess(
      request,
      snapshot,
      cluster,
      null,
      {
        models,
      },
    );
    const { subjects, profileOf, performance } = hostPreference!;
    const subjectOf = (vm: string) => subjects[profileOf[virtualMachines.ids.indexOf(vm)]];
    assert.equal(subjectOf("nightly"), "backup");
    assert.equal(subjectOf("front"), "anna|web", "the profile of the two together comes first");
    assert.equal(subjectOf("a"), "backup", "of its group");
    assert.equal(subjectOf("plain"), undefined);
    const on = (subject: string, host: { id: string }) =>
      performance[subjects.indexOf(subject) * hosts.ids.length + hosts.ids.indexOf(host.id)];
    const ratio = on("backup", second) / on("backup", first);
    assert.ok(ratio > 1.5 && ratio < 2, `${ratio}`);
    const alike = on("anna|web", third) / on("anna|web", first);
    assert.ok(alike > 0.9 && alike < 1.1, `${alike}`);
    assert.deepEqual(lacking.find(({ what }) => what === "a profile of the application or user")?.subjects, ["new"]);
    assert.deepEqual(
      trained?.map(({ name }) => name),
      ["profile/preferences"],
    );
  });

  it("tags and attributes of the inventory name what a VM serves as well, and nobody is told of those unknown", async () => {
    await trainModels({ ...nothing, requests: fast }, store, { seed: 1 }, ["profile/preferences"]);
    const [a, b, c] = snapshot.virtualMachines;
    const tagged = {
      ...snapshot,
      virtualMachines: [
        { ...a, tags: [{ category: "Application", name: "backup" }] },
        { ...b, attributes: { owner: "anna" } },
        { ...c, tags: [{ category: "app", name: "something else" }] },
      ],
    };
    const all = planRequestSchema.parse({ cluster: cluster.id, asOf: END, include: "all" });
    const models = await loadModels(store);
    const { hostPreference, lacking } = await assess(all, tagged, cluster, null, { models });
    assert.deepEqual(
      Array.from(hostPreference!.profileOf, (profile) => hostPreference!.subjects[profile]),
      ["backup", "anna", undefined],
    );
    assert.ok(!lacking.some(({ what }) => what === "a profile of the application or user"));
  });

  it("where the host makes no difference, no host is preferred", async () => {
    const [row] = await trainModels({ ...nothing, requests: requests(() => 1) }, store, { seed: 1 }, [
      "profile/preferences",
    ]);
    assert.equal(row.used, "no preferred host");
    const models = await loadModels(store);
    assert.equal(models.hostPreferences, null);
    const { hostPreference, lacking, trained } = await assess(request, snapshot, cluster, null, { models });
    assert.equal(hostPreference, null);
    assert.deepEqual(trained, []);
    const said = lacking.find(({ what }) => what === "a profile of the application or user")!;
    assert.deepEqual([...said.subjects].sort(), ["a", "b", "front", "new", "nightly"]);
  });

  it("too few measured requests are no profile", async () => {
    const [row] = await trainModels({ ...nothing, requests: fast.slice(0, 40) }, store, { seed: 1 }, [
      "profile/preferences",
    ]);
    assert.match(row.because, /^40 requests tell host, expected and actual performance, 50 are needed$/);
  });

  it("classes of VMs fare by host, where that foretells the newest days; a plan reads it only where asked", async () => {
    const slow = { ...nothing, ...histories((host) => (host === 0 ? 2400 : 300)) };
    const [row] = await trainModels(slow, store, { seed: 1 }, ["workload/affinity"]);
    assert.equal(row.used, "workload/affinity", row.because);
    const models = await loadModels(store);
    const plain = await assess(request, snapshot, cluster, null, { models });
    assert.equal(plain.classAffinity, undefined);
    assert.deepEqual(plain.trained, []);
    const asked = planRequestSchema.parse({
      ...{ cluster: cluster.id, asOf: END, include: "all" },
      virtualMachines: [{ name: "twin", vcpus: 2, memoryMb: 4096, like: snapshot.virtualMachines[0].name }],
      config: { weights: { classAffinity: 40 } },
    });
    const { classAffinity, hosts, trained } = await assess(asked, snapshot, cluster, null, { models });
    const { profileOf, performance } = classAffinity!;
    assert.equal(profileOf.at(-1), profileOf[0], "a VM to be is of the class of the one that it is like");
    snapshot.virtualMachines.forEach(({ host }, row) => {
      const there = performance[profileOf[row] * hosts.ids.length + hosts.ids.indexOf(host!)];
      if (host === first.id) assert.ok(there < 0.6, `${there}`);
      else assert.ok(there > 0.7, `${there}`);
    });
    assert.deepEqual(
      trained?.map(({ name }) => name),
      ["workload/affinity"],
    );
  });

  it("classes that fare alike on every host are no ground to decide", async () => {
    const [row] = await trainModels({ ...nothing, ...histories(() => 600) }, store, { seed: 1 }, ["workload/affinity"]);
    assert.ok(row.file, row.because);
    assert.equal(row.used, "no host preferred by class");
  });
});
