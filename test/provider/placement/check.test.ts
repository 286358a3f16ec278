import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AffinityError } from "../../../engine/errors";
import { openJournal } from "../../../engine/journal";
import { parseSnapshot, type Snapshot } from "../../../engine/snapshot";
import { writeInventory } from "../../../engine/snapshot/file";
import type { Planned } from "../../../provider/placement/planned";
import { parseSettings, type Settings } from "../../../provider/settings";
import { temporaryFolder } from "../../testbed";
import { type Provider, startProvider } from "./process";

const NOW = 1_772_409_600 + 3000;
const KEY = "vc.example.com/domain-c1";
type State = Record<string, unknown>;

/** Three empty hosts of 16 GB. */
const cluster = (hosts = [1, 2, 3]) =>
  parseSnapshot(
    {
      schemaVersion: 1,
      source: { kind: "file", name: "vc.example.com" },
      takenAt: "2026-03-02T00:00:00Z",
      clusters: [
        {
          ...{ id: "domain-c1", name: "production", drs: { enabled: true, automation: "manual" } },
          ha: { enabled: false, admissionControl: { policy: "none" } },
        },
      ],
      hosts: hosts.map((i) => ({
        ...{ id: `host-${i}`, name: `esx-${i}`, cluster: "domain-c1", connection: "connected", power: "poweredOn" },
        ...{ maintenance: false, cpuMhz: 32_000, cores: 16, threads: 32, memoryMb: 16_384, datastores: [] },
      })),
      virtualMachines: [],
    },
    "the test's cluster",
  );

const withVm = (snapshot: Snapshot, name: string, host: string): Snapshot =>
  parseSnapshot(
    {
      ...snapshot,
      virtualMachines: [
        ...snapshot.virtualMachines,
        { id: `vm-of-${name}`, name, host, cluster: "domain-c1", power: "poweredOn", vcpus: 2, memoryMb: 12_000 },
      ],
    },
    "the test's cluster",
  );

/** VMs of which a host takes one. */
const inputs = (owner: string, ...names: string[]): State => ({
  owner,
  cluster: "production",
  virtualMachines: names.map((name) => ({ name, vcpus: 2, memoryMb: 12_000 })),
});

const hostsOf = (state: State) =>
  Object.fromEntries((state as unknown as Planned).placements.map(({ vm, hostId }) => [vm, hostId]));
const planOf = (state: State) => (state as unknown as Planned).plan;

describe("a placement's check and what follows it", function () {
  this.timeout(60_000);
  let folder: string;
  let settings: Settings;
  let provider: Provider;
  const inventory = (snapshot: Snapshot) => writeInventory(snapshot, join(folder, "inventory.json"));
  const journal = () => openJournal(settings.journal);
  const check = (news: State, olds: State = {}, now = NOW) => provider.checkPlacement(olds, news, settings, now);
  const owners = async () => (await journal().reservations(KEY)).map(({ owner }) => owner);

  beforeEach(async () => {
    folder = await temporaryFolder();
    settings = parseSettings(
      { inventory: join(folder, "inventory.json"), journal: join(folder, "journal.duckdb"), device: "plain" },
      "the test's settings",
      {},
    );
    await inventory(cluster());
    provider = startProvider();
  });

  it("gives the update what the preview showed, on the other side of the hour, and plans anew a good hour later", async () => {
    const preview = await check(inputs("p/s/a", "vm-1"));
    provider = startProvider();
    const update = await check(inputs("p/s/a", "vm-1"), {}, NOW + 900);
    assert.notEqual(Math.floor((NOW + 900) / 3600), Math.floor(NOW / 3600), "an hour has begun in between");
    assert.deepEqual(update, preview);
    provider = startProvider();
    assert.notEqual(planOf(await check(inputs("p/s/a", "vm-1"), {}, NOW + 7200)).asOf, planOf(preview).asOf);
  });

  it("plans for the same instant when the world has changed since the preview, and leaves what was shown only for a gain", async () => {
    const preview = await check(inputs("p/s/a", "vm-1"));
    const { "vm-1": shown } = hostsOf(preview);
    const other = ["host-1", "host-2", "host-3"].find((host) => host !== shown)!;
    await inventory(withVm(cluster(), "stranger", other));
    provider = startProvider();
    const update = await check(inputs("p/s/a", "vm-1"), {}, NOW + 900);
    assert.notEqual(planOf(update).digest, planOf(preview).digest);
    assert.equal(planOf(update).asOf, planOf(preview).asOf);
    assert.deepEqual(hostsOf(update), hostsOf(preview));
    await inventory(withVm(cluster(), "stranger", shown));
    provider = startProvider();
    assert.notEqual(hostsOf(await check(inputs("p/s/a", "vm-1"), {}, NOW + 900))["vm-1"], shown, "it is full now");
  });

  it("does not answer a configured instant with the plan for another", async () => {
    settings = { ...settings, asOf: "2026-03-01T00:00:00Z" };
    const first = await check(inputs("p/s/a", "vm-1"));
    settings = { ...settings, asOf: "2026-03-02T00:00:00Z" };
    assert.equal(planOf(await check(inputs("p/s/a", "vm-1"))).asOf, planOf(first).asOf + 86_400);
  });

  it("gives placements of a program different room though they are checked at once, and the update the same in any order", async () => {
    const names = ["a", "b", "c"];
    const all = (order: string[]) =>
      Promise.all(order.map(async (name) => [name, await check(inputs(`p/s/${name}`, `vm-${name}`))] as const));
    const preview = Object.fromEntries(await all(names));
    assert.equal(new Set(Object.values(preview).flatMap((state) => Object.values(hostsOf(state)))).size, 3);
    for (const order of [
      ["c", "b", "a"],
      ["b", "c", "a"],
    ]) {
      provider = startProvider();
      assert.deepEqual(Object.fromEntries(await all(order)), preview);
    }
  });

  it("does not promise room that another stack was promised since the preview", async () => {
    const [one, two] = [startProvider(), startProvider()];
    const mine = await one.checkPlacement({}, inputs("p/one/a", "vm-1"), settings, NOW);
    const theirs = await two.checkPlacement({}, inputs("p/two/a", "vm-2"), settings, NOW);
    assert.equal(hostsOf(mine)["vm-1"], hostsOf(theirs)["vm-2"], "neither knew of the other");
    await one.recordPlacement({}, mine, settings);
    await assert.rejects(two.recordPlacement({}, theirs, settings), (error: AffinityError) => {
      assert.equal(error.code, "ROOM_TAKEN");
      assert.match(error.describe(), /vm-1 of p\/one\/a/);
      return true;
    });
    provider = startProvider();
    const again = await check(inputs("p/two/a", "vm-2"));
    assert.notEqual(hostsOf(again)["vm-2"], hostsOf(mine)["vm-1"]);
    await provider.recordPlacement({}, again, settings);
    assert.deepEqual(await owners(), ["p/one/a", "p/two/a"]);
  });

  it("creates again what a killed process created without telling Pulumi", async () => {
    const planned = await check(inputs("p/s/a", "vm-1"));
    await provider.recordPlacement({}, planned, settings);
    const before = await journal().reservations(KEY);
    provider = startProvider();
    const again = await check(inputs("p/s/a", "vm-1"));
    await provider.recordPlacement({}, again, settings);
    assert.deepEqual(again, planned);
    assert.deepEqual(await journal().reservations(KEY), before);
  });

  it("takes its room along when it is renamed, and is not in its own way", async () => {
    const names = ["vm-1", "vm-2", "vm-3"];
    const planned = await check(inputs("p/s/old", ...names));
    const olds = await provider.recordPlacement({}, planned, settings);
    provider = startProvider();
    const renamed = await check(inputs("p/s/new", ...names), olds, NOW + 7200);
    assert.deepEqual(hostsOf(renamed), hostsOf(planned));
    assert.ok(provider.diffPlacement(olds, renamed));
    await provider.recordPlacement(olds, renamed, settings);
    assert.deepEqual(
      await owners(),
      names.map(() => "p/s/new"),
    );
  });

  it("leaves to a new placement the room that it has under a name which another gave up", async () => {
    const olds = await provider.recordPlacement({}, await check(inputs("p/s/a", "vm-1")), settings);
    provider = startProvider();
    const renamed = await check(inputs("p/s/b", "vm-1"), olds);
    const fresh = await check(inputs("p/s/a", "vm-2"));
    await provider.recordPlacement({}, fresh, settings);
    await provider.recordPlacement(olds, renamed, settings);
    assert.deepEqual(
      (await journal().reservations(KEY)).map(({ owner, virtualMachine }) => [owner, virtualMachine]),
      [
        ["p/s/a", "vm-2"],
        ["p/s/b", "vm-1"],
      ],
    );
  });

  it("plans without a journal that can be written and says so, and then promises nothing", async () => {
    await writeFile(join(folder, "file"), "");
    settings = { ...settings, journal: join(folder, "file", "journal.duckdb") };
    const planned = await check(inputs("p/s/a", "vm-1"));
    assert.ok(hostsOf(planned)["vm-1"]);
    const lack = planOf(planned).lacking.find(({ what }) => what === "journal");
    assert.match(lack!.fallback, /JOURNAL_UNUSABLE.*an update will fail/);
    await assert.rejects(provider.recordPlacement({}, planned, settings), { code: "JOURNAL_UNUSABLE" });
    await provider.releasePlacement(planned, settings);
  });

  it("moves nobody when the state is of an older form, and carries on from it", async () => {
    const planned = await check(inputs("p/s/a", "vm-1", "vm-2"));
    const inOrder = ["host-1", "host-2", "host-3"];
    const unlikely = inOrder.filter((host) => host !== hostsOf(planned)["vm-1"] && host !== hostsOf(planned)["vm-2"]);
    const olds: State = {
      ...inputs("p/s/a", "vm-1", "vm-2"),
      placements: [
        { vm: "vm-1", hostId: unlikely[0] },
        { vm: "vm-2", hostId: hostsOf(planned)["vm-2"] },
      ],
    };
    provider = startProvider();
    const news = await check(inputs("p/s/a", "vm-1", "vm-2"), olds, NOW + 7200);
    assert.deepEqual(hostsOf(news), { "vm-1": unlikely[0], "vm-2": hostsOf(planned)["vm-2"] });
    assert.ok(provider.diffPlacement(olds, news), "the state is brought up to date");
    assert.deepEqual(await provider.readPlacement(olds, settings), olds, "nothing to compare with");
    assert.deepEqual((await provider.recordPlacement(olds, news, settings)).drift, []);
    await provider.releasePlacement({}, settings);
    assert.equal((await owners()).length, 2, "a state without an owner releases nobody's room");
  });

  it("reads on when the cluster is gone, and the next check says that it is", async () => {
    const state = await provider.recordPlacement({}, await check(inputs("p/s/a", "vm-1")), settings);
    await inventory({ ...cluster(), clusters: [], hosts: [] });
    assert.deepEqual(await provider.readPlacement(state, settings), { ...state, drift: [] });
    await assert.rejects(check(inputs("p/s/a", "vm-1"), state), { code: "CLUSTER_NOT_FOUND" });
    await rm(join(folder, "inventory.json"));
    await assert.rejects(provider.readPlacement(state, settings), { code: "INVENTORY_NOT_FOUND" });
  });

  it("is deleted without a journal, and not with one that it can't write", async () => {
    const state = await provider.recordPlacement({}, await check(inputs("p/s/a", "vm-1")), settings);
    await writeFile(settings.journal, "no journal, however long it may be ".repeat(200));
    await assert.rejects(provider.releasePlacement(state, settings), { code: "JOURNAL_UNUSABLE" });
    await rm(settings.journal);
    await provider.releasePlacement(state, settings);
  });

  it("rounds the instant to the step of its own settings", async () => {
    const news = { ...inputs("p/s/a", "vm-1"), settings: { stepMinutes: 5 } };
    assert.equal(planOf(await check(news)).asOf, NOW - (NOW % 300));
  });
});
