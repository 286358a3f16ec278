import assert from "node:assert/strict";
import { join } from "node:path";
import { preparationMetrics } from "../../../cli/metrics/preparations";
import { ActionLog, Declarations } from "../../../engine/journal";
import { checkPreparation } from "../../../provider/preparation/check";
import { applyPreparation, diffPreparation, removePreparation } from "../../../provider/preparation/lifecycle";
import { plannedIn, type PreparationDrift, type Readiness } from "../../../provider/preparation/planned";
import { readPreparation } from "../../../provider/preparation/read";
import { preparationsOf } from "../../../provider/preparation/summary";
import { reconcile } from "../../../provider/reconcile/reconcile";
import { parseSettings, type Settings } from "../../../provider/settings";
import { createVcenterActions, createVcenterInventory, type VcenterActions } from "../../../provider/vsphere";
import type { Snapshot } from "../../../engine/snapshot";
import { taskOf, waitForTask } from "../../../provider/vsphere/tasks";
import { Reference } from "../../../provider/vsphere/values";
import { needs, startVcenter, temporaryFolder, type Vcenter } from "../../testbed";
import { writeRequests } from "./requests";

type State = Record<string, unknown>;
const OWNER = "shop/one/backup";
const POOL = "affinity shop one backup";
const MINUTE = 60;

describe("host preparation on the simulator", function () {
  this.timeout(180_000);
  needs("vcenter");

  let vcenter: Vcenter;
  let settings: Settings;
  let requests: string;
  const start = Math.floor(Date.now() / 60_000) * 60;
  let clock = start;

  async function inVcenter<T>(work: (actions: VcenterActions, snapshot: Snapshot) => Promise<T>): Promise<T> {
    const inventory = createVcenterInventory(settings.vcenter!);
    try {
      return await work(createVcenterActions(inventory), await inventory.snapshot());
    } finally {
      await inventory.close();
    }
  }
  const snapshot = () => inVcenter((_, found) => Promise.resolve(found));
  /** The children of the cluster's root pool. */
  const pools = async () => {
    const { resourcePools, clusters } = await snapshot();
    return resourcePools
      .filter(({ parent }) => parent === clusters[0].resourcePool)
      .map(({ name, cpuReservationMhz, memoryReservationMb }) => ({ name, cpuReservationMhz, memoryReservationMb }));
  };
  /** VMs that this package made. */
  const ours = async () =>
    (await snapshot()).virtualMachines.map(({ name }) => name).filter((name) => /^affinity/.test(name));
  const actions = () => new ActionLog(`${settings.journal}.actions.ndjson`).actions();
  const kinds = async (from = 0) => (await actions()).slice(from).map(({ kind, outcome }) => [kind, outcome?.result]);

  const user = (over: object = {}) => ({
    owner: OWNER,
    cluster: "DC0_C0",
    application: "backup",
    reserve: { cpuMhz: 500, memoryMib: 256 },
    ...over,
  });
  async function prepare(over: object = {}, olds: State = {}): Promise<State> {
    const news = await checkPreparation(olds, user(over), settings, clock);
    return { ...(await applyPreparation(olds, news, settings, clock)) };
  }

  before(async () => {
    vcenter = await startVcenter({ hosts: 4, vms: 4 });
  });
  beforeEach(async () => {
    const folder = await temporaryFolder();
    requests = join(folder, "requests.ndjson");
    clock = start;
    await writeRequests(requests, clock - 4 * MINUTE);
    settings = parseSettings(
      {
        vcenter: {
          server: vcenter.server,
          user: vcenter.user,
          password: vcenter.password,
          caFile: vcenter.certificate,
        },
        journal: join(folder, "journal.duckdb"),
        requests,
      },
      "the test",
      {},
    );
  });
  afterEach(async () => {
    const left = [...(await pools()).map(({ name }) => name), ...(await ours())];
    const { clusters, resourcePools } = await snapshot();
    await inVcenter(async (all) => {
      for (const { id, parent } of resourcePools) if (parent === clusters[0].resourcePool) await all.pools.remove(id);
      for (const name of left) {
        const found = await all.machines.find(clusters[0].id, name);
        if (found) await all.machines.remove(found);
      }
    });
    assert.deepEqual(left, [], "the test left this behind");
  });
  after(() => vcenter?.stop());

  it("reserves on the preferred hosts while a request is likely, tries each, and gives all back", async () => {
    const state = await prepare({ hosts: 2, reserve: { cpuMhz: 500, memoryMib: 256, datastoreGib: 3 } });
    const planned = plannedIn(state)!;
    assert.ok(planned.probability! > 0.7, planned.evidence);
    assert.equal(planned.prepared?.hosts.length, 2);
    assert.deepEqual(await pools(), [{ name: POOL, cpuReservationMhz: 1000, memoryReservationMb: 512 }]);
    const ready = state.ready as Readiness[];
    assert.deepEqual(
      ready.map((each) => each.ready),
      [true, true],
      JSON.stringify(ready),
    );
    for (const { seconds, expectedSeconds } of ready) assert.ok(seconds! >= 0 && expectedSeconds! >= 0);
    // One datastore that all hosts reach: one placeholder VM with the disk of both.
    assert.deepEqual(await ours(), [`${POOL} DC0_C0 LocalDS_0`]);
    const { virtualMachines } = await snapshot();
    const placeholder = virtualMachines.find(({ name }) => name.startsWith(POOL))!;
    assert.equal(placeholder.power, "poweredOff");
    assert.deepEqual(
      placeholder.disks?.map(({ capacityMb }) => capacityMb),
      [6 * 1024],
    );
    await removePreparation(state, settings);
    assert.deepEqual(await kinds(), [
      ["create-pool", "done"],
      ["create-placeholder", "done"],
      ["probe", "done"],
      ["probe", "done"],
      ["remove-placeholder", "done"],
      ["remove-pool", "done"],
    ]);
    assert.deepEqual(await new Declarations(settings.journal).of((await snapshot()).source.name), []);
  });

  it("agrees with itself a minute later, and moves the window on when half of it is over", async () => {
    const state = await prepare();
    clock += MINUTE;
    assert.equal(diffPreparation(state, await checkPreparation(state, user(), settings, clock)), false);
    clock += 2 * MINUTE;
    await writeRequests(requests, clock - 4 * MINUTE);
    const later = await checkPreparation(state, user(), settings, clock);
    assert.equal(diffPreparation(state, later), true);
    assert.equal(Date.parse(String(later.until)) / 1000, clock + 5 * MINUTE);
    assert.equal(later.since, state.since);
    const before = (await actions()).length;
    await removePreparation(await applyPreparation(state, later, settings, clock), settings);
    // Nothing to change in the vCenter, and no second probe of the same host.
    assert.deepEqual(await kinds(before), [["remove-pool", "done"]]);
  });

  it("finds no difference where probes put the same hosts in another order", async () => {
    const state = await checkPreparation({}, user({ hosts: 2 }), settings, clock);
    const prepared = plannedIn(state)!.prepared!;
    const hosts = prepared.hosts.map((host) => ({ ...host, score: 1 - host.score })).reverse();
    assert.equal(hosts.length, 2);
    assert.equal(diffPreparation(state, { ...state, prepared: { ...prepared, hosts } }), false);
    assert.equal(diffPreparation(state, { ...state, prepared: { ...prepared, hosts: hosts.slice(1) } }), true);
  });

  it("keeps what waits until its window is over, then gives it back and counts a false positive", async () => {
    const state = await prepare();
    // Hours of silence before the last request: the next one is no longer likely.
    await writeRequests(requests, start - 8 * 3600, 2);
    clock = start + MINUTE;
    const waiting = await checkPreparation(state, user(), settings, clock);
    assert.equal(diffPreparation(state, waiting), false);
    clock = start + 6 * MINUTE;
    const over = await checkPreparation(state, user(), settings, clock);
    assert.equal(plannedIn(over)?.prepared, null);
    const released = await applyPreparation(state, over, settings, clock);
    assert.equal(released.poolId, null);
    clock = start + 30 * MINUTE;
    const later = await readPreparation(released, settings, clock);
    assert.deepEqual(later.drift, []);
    const again = await applyPreparation(
      released,
      await checkPreparation(released, user(), settings, clock),
      settings,
      clock,
    );
    assert.deepEqual(again.record, { requests: 0, coldStarts: 0, prepared: 1, falsePositives: 1 });
    const { name } = (await snapshot()).source;
    const [windows, held] = preparationMetrics(await preparationsOf(settings.journal, name, clock));
    assert.deepEqual(
      windows.samples.map(({ labels, value }) => [labels.result, value]),
      [
        ["hit", 0],
        ["cold-start", 0],
        ["false-positive", 1],
      ],
    );
    assert.equal(held.samples.length, 3);
    await removePreparation(again, settings);
  });

  it("does nothing for who has hardly asked, and says so", async () => {
    const state = await prepare({ application: "idle" });
    assert.equal(plannedIn(state)?.prepared, null);
    assert.match(String(state.evidence), /not above 70 %/);
    const stranger = await prepare({ application: "nobody" }, state);
    assert.equal(stranger.probability, null);
    assert.match(String(stranger.evidence), /nothing to go by; the history names backup and idle$/);
    assert.deepEqual(await kinds(), []);
    await removePreparation(stranger, settings);
  });

  it("takes the amounts from the history, and names those that it lacks", async () => {
    await writeRequests(requests, clock - 4 * MINUTE, 12, { cpuMhz: 700, memoryMib: 300, volumeMb: 1500 });
    const news = await checkPreparation({}, user({ reserve: undefined }), settings, clock);
    const { prepared } = plannedIn(news)!;
    assert.deepEqual([prepared?.cpuMhz, prepared?.memoryMib, prepared?.datastoreGib], [700, 300, 2]);
    await writeRequests(requests, clock - 4 * MINUTE);
    await assert.rejects(checkPreparation({}, user({ reserve: {} }), settings, clock), (error: Error) => {
      assert.match((error as unknown as { describe(): string }).describe(), /reserve\.cpuMhz[^]*reserve\.memoryMib/);
      return true;
    });
  });

  it("reserves less where there is less, and nothing where vCenter would have to break HA's headroom", async () => {
    const { hosts } = await snapshot();
    const size = hosts[0].cpuMhz!;
    const half = await checkPreparation({}, user({ reserve: { cpuMhz: size * 1.5, memoryMib: 10 } }), settings, clock);
    const { prepared } = plannedIn(half)!;
    assert.ok(prepared!.cpuMhz <= size && prepared!.cpuMhz >= size * 0.75, JSON.stringify(prepared));
    assert.match(String(half.evidence), /no host has room for all of it/);
    const none = await checkPreparation({}, user({ reserve: { cpuMhz: size * 3, memoryMib: 10 } }), settings, clock);
    assert.equal(plannedIn(none)?.prepared, null);
    assert.match(String(none.evidence), /neither a host nor the cluster has room left/);
  });

  it("finds on refresh what somebody changed or removed, and mends it", async () => {
    const state = await prepare();
    const parent = (await snapshot()).clusters[0].resourcePool!;
    await inVcenter(async ({ pools: all }) => {
      await all.update((await all.find(parent, POOL))!.id, { cpuMhz: 7, memoryMib: 256 });
    });
    const changed = await readPreparation(state, settings, clock);
    assert.deepEqual(
      (changed.drift as PreparationDrift[]).map(({ what }) => what),
      ["reservation changed"],
    );
    await inVcenter(async ({ pools: all }) => all.remove((await all.find(parent, POOL))!.id));
    const missing = await readPreparation(state, settings, clock);
    assert.deepEqual(
      (missing.drift as PreparationDrift[]).map(({ what }) => what),
      ["pool missing"],
    );
    const mended = await applyPreparation(
      missing,
      await checkPreparation(missing, user(), settings, clock),
      settings,
      clock,
    );
    assert.deepEqual(await pools(), [{ name: POOL, cpuReservationMhz: 500, memoryReservationMb: 256 }]);
    await removePreparation(mended, settings);
  });

  it("takes no pool that it did not make", async () => {
    const parent = (await snapshot()).clusters[0].resourcePool!;
    const id = await inVcenter(({ pools: all }) => all.create(parent, POOL, { cpuMhz: 1, memoryMib: 1 }));
    await assert.rejects(prepare(), { code: "PREPARATION_POOL_EXISTS" });
    await inVcenter(({ pools: all }) => all.remove(id));
  });

  it("keeps an empty pool while VMs are in it, and removes it with the resource", async () => {
    const state = await prepare();
    const { clusters, hosts, datastores } = await snapshot();
    const draft = {
      ...{ name: "guest of the pool", annotation: "", cluster: clusters[0].id, pool: String(state.poolId) },
      ...{
        host: hosts.find(({ cluster }) => cluster !== null)!.id,
        datastore: datastores[0].id,
        vcpus: 1,
        memoryMib: 16,
      },
    };
    await inVcenter(({ machines }) => machines.create(draft, datastores[0].name));
    await writeRequests(requests, start - 8 * 3600, 2);
    clock = start + 6 * MINUTE;
    const released = await applyPreparation(
      state,
      await checkPreparation(state, user(), settings, clock),
      settings,
      clock,
    );
    assert.equal(released.poolId, state.poolId);
    assert.deepEqual(await pools(), [{ name: POOL, cpuReservationMhz: 0, memoryReservationMb: 0 }]);
    await removePreparation(released, settings);
    await inVcenter(async ({ machines }) => machines.remove((await machines.find(clusters[0].id, draft.name))!));
  });

  /** Brings a host into maintenance mode, or out of it. */
  async function maintain(
    host: string,
    method: "EnterMaintenanceMode_Task" | "ExitMaintenanceMode_Task",
  ): Promise<void> {
    const inventory = createVcenterInventory(settings.vcenter!);
    try {
      const { session } = inventory;
      const task = await session.act((invoke) => invoke(method, new Reference("HostSystem", host), { timeout: 0 }));
      await waitForTask(session, taskOf(task, method), method);
    } finally {
      await inventory.close();
    }
  }

  it("a host that can't run the shadow request is not ready, and is not chosen again", async () => {
    const news = await checkPreparation({}, user(), settings, clock);
    const [{ hostId, host }] = plannedIn(news)!.prepared!.hosts;
    await maintain(hostId, "EnterMaintenanceMode_Task");
    const state = await applyPreparation({}, news, settings, clock);
    await maintain(hostId, "ExitMaintenanceMode_Task");
    const [ready] = state.ready as Readiness[];
    assert.deepEqual([ready.host, ready.ready, ready.seconds], [host, false, null]);
    assert.match(ready.text, /powering .* on failed: InvalidState/);
    assert.deepEqual(await ours(), []);
    const next = await checkPreparation(state, user(), settings, clock + MINUTE);
    assert.equal(diffPreparation(state, next), true);
    assert.notEqual(plannedIn(next)!.prepared!.hosts[0].hostId, hostId);
    await removePreparation(state, settings);
  });

  it("decides in the update as the preview showed, until a request comes, its window is over, or its pool is another", async () => {
    const asShown = { asShown: true };
    const check = (seconds: number, options = asShown) =>
      checkPreparation({}, user(), settings, clock + seconds, options);
    const shown = await check(0);
    assert.ok(plannedIn(shown)!.prepared);
    // A minute later the window would end a minute later, and the probability is another.
    assert.notDeepEqual(await check(MINUTE, { asShown: false }), shown);
    assert.deepEqual(await check(MINUTE), shown);
    // Somebody closes the host meanwhile: for the same instant, another one.
    const [{ hostId }] = plannedIn(shown)!.prepared!.hosts;
    await maintain(hostId, "EnterMaintenanceMode_Task");
    const elsewhere = plannedIn(await check(2 * MINUTE))!;
    await maintain(hostId, "ExitMaintenanceMode_Task");
    assert.notEqual(elsewhere.prepared!.hosts[0].hostId, hostId);
    assert.equal(elsewhere.until, plannedIn(shown)!.until);
    // The host is back: what was shown last stays.
    assert.deepEqual(plannedIn(await check(2 * MINUTE))!.prepared!.hosts, elsewhere.prepared!.hosts);
    const { clusters } = await snapshot();
    const pool = await inVcenter(({ pools: each }) =>
      each.create(clusters[0].resourcePool!, POOL, { cpuMhz: 1, memoryMib: 0 }),
    );
    const anew = plannedIn(await check(2 * MINUTE))!;
    await inVcenter(({ pools: each }) => each.remove(pool));
    assert.notEqual(anew.until, elsewhere.until);
    const afterwards = plannedIn(await check(2 * MINUTE))!;
    await writeRequests(requests, clock + MINUTE);
    assert.notEqual(plannedIn(await check(2 * MINUTE))!.probability, afterwards.probability);
    // Long after its window another decision is due, whatever it is.
    assert.notEqual(plannedIn(await check(12 * MINUTE))!.evidence, plannedIn(await check(2 * MINUTE))!.evidence);
  });

  it("shows a decision where the journal can't be written", async () => {
    const unwritable = { ...settings, journal: join(requests, "journal.duckdb") };
    const shown = await checkPreparation({}, user(), unwritable, clock, { asShown: true });
    assert.ok(plannedIn(shown)!.prepared);
  });

  it("names a template that isn't there", async () => {
    await assert.rejects(prepare({ probe: { template: "no such template" } }), {
      code: "PREPARATION_TEMPLATE_UNKNOWN",
    });
  });

  it("asks for no more than the cluster has at the moment of the act; vCenter refuses what is too much all the same", async () => {
    const { clusters, hosts } = await snapshot();
    const inCluster = hosts.filter(({ cluster }) => cluster === clusters[0].id);
    const all = inCluster.reduce((sum, { cpuMhz }) => sum + cpuMhz!, 0);
    const root = clusters[0].resourcePool!;
    const news = await checkPreparation({}, user(), settings, clock);
    const taken = await inVcenter(({ pools: each }) => each.create(root, "taken", { cpuMhz: all - 100, memoryMib: 0 }));
    await assert.rejects(applyPreparation({}, news, settings, clock), { code: "PREPARATION_NO_ROOM" });
    await assert.rejects(
      inVcenter(({ pools: each }) => each.create(root, "more", { cpuMhz: 101, memoryMib: 0 })),
      /InsufficientCpuResourcesFault/,
    );
    await inVcenter(({ pools: each }) => each.remove(taken));
    assert.deepEqual(await kinds(), []);
  });

  it("clones the shadow request from a VM", async () => {
    const { virtualMachines } = await snapshot();
    const state = await prepare({ probe: { template: virtualMachines[0].name } });
    const [ready] = state.ready as Readiness[];
    assert.equal(ready.ready, true, ready.text);
    await removePreparation(state, settings);
  });

  describe("in scheduled runs", () => {
    const run = (dryRun = false) => reconcile(settings, { dryRun, now: () => clock });
    const classes = async (dryRun = false) => (await run(dryRun)).map(({ class: what, outcome }) => [what, outcome]);

    it("renews, releases and prepares as the prediction changes", async () => {
      await prepare();
      assert.deepEqual(await classes(), []);
      clock = start + 4 * MINUTE;
      await writeRequests(requests, clock - 4 * MINUTE);
      assert.deepEqual(await classes(true), [["hosts-renewed", "pending"]]);
      assert.deepEqual(await classes(), [["hosts-renewed", "done"]]);
      await writeRequests(requests, start - 8 * 3600, 2);
      clock = start + 20 * MINUTE;
      assert.deepEqual(await classes(), [["pool-stale", "done"]]);
      assert.deepEqual(await pools(), []);
      clock = start + 30 * MINUTE;
      await writeRequests(requests, clock - 4 * MINUTE);
      assert.deepEqual(await classes(), [["hosts-needed", "done"]]);
      assert.equal((await pools()).length, 1);
      const [{ state }] = await new Declarations(settings.journal).of((await snapshot()).source.name);
      await removePreparation(state, settings);
    });

    it("gives back a pool whose run was killed before anything knew of it", async () => {
      await prepare();
      await new Declarations(settings.journal).withdraw(OWNER, "HostPreparation", null);
      assert.deepEqual(await classes(true), [["pool-stale", "pending"]]);
      assert.equal((await pools()).length, 1);
      assert.deepEqual(await classes(), [["pool-stale", "done"]]);
      assert.deepEqual(await pools(), []);
      assert.deepEqual(await classes(), []);
    });
  });

  describe("after a run that was killed", () => {
    const key = async () => {
      const { source, clusters } = await snapshot();
      return { cluster: `${source.name}/${clusters[0].id}`, parent: clusters[0].resourcePool!, id: clusters[0].id };
    };
    const intend = async (kind: string, subject: string, detail: Record<string, unknown>) =>
      new ActionLog(`${settings.journal}.actions.ndjson`).intend({
        ...{ at: clock, cluster: (await key()).cluster, owner: OWNER, kind, subject, detail },
      });

    it("finds the pool that it had made, and makes no second one", async () => {
      const { parent } = await key();
      await intend("create-pool", POOL, { parent, cpuMhz: 500, memoryMib: 256 });
      await inVcenter(({ pools: all }) => all.create(parent, POOL, { cpuMhz: 500, memoryMib: 256 }));
      const state = await prepare({ probe: false });
      assert.deepEqual(await kinds(), [["create-pool", "done"]]);
      await removePreparation(state, settings);
    });

    it("removes the probe that it had made, running or not", async () => {
      const { id } = await key();
      const { hosts, datastores, clusters } = await snapshot();
      const host = hosts.find(({ cluster }) => cluster === id)!.id;
      const name = "affinity-probe-0000";
      const place = { cluster: id, pool: clusters[0].resourcePool!, host, datastore: datastores[0].id };
      await intend("probe", name, { host, pool: place.pool, template: null });
      await inVcenter(async ({ machines }) => {
        await machines.create({ name, annotation: "", ...place, vcpus: 1, memoryMib: 16 }, datastores[0].name);
        await machines.powerOn((await machines.find(id, name))!.id, host);
      });
      const state = await prepare({ probe: false });
      assert.deepEqual((await kinds()).slice(0, 1), [["probe", "failed"]]);
      assert.deepEqual(await ours(), []);
      await removePreparation(state, settings);
    });

    it("knows of an act that never happened", async () => {
      const { parent } = await key();
      await intend("create-pool", POOL, { parent, cpuMhz: 500, memoryMib: 256 });
      const state = await prepare({ probe: false });
      assert.deepEqual(await kinds(), [
        ["create-pool", "failed"],
        ["create-pool", "done"],
      ]);
      await removePreparation(state, settings);
    });
  });
});
