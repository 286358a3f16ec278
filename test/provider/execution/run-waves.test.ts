import assert from "node:assert/strict";
import { join } from "node:path";
import { ActionLog } from "../../../engine/journal";
import type { Snapshot } from "../../../engine/snapshot";
import { withActions } from "../../../provider/acting";
import type { MoveOutcome, PlannedMove } from "../../../provider/execution/move";
import { runWaves } from "../../../provider/execution/run-waves";
import { migrationSchedule } from "../../../provider/handlers";
import { parseSettings, type Settings } from "../../../provider/settings";
import { createVcenterActions, createVcenterInventory, type VcenterActions } from "../../../provider/vsphere";
import { needs, startVcenter, temporaryFolder, type Vcenter } from "../../testbed";

const NOW = 1_800_000_000;

describe("waves on the simulator", function () {
  this.timeout(120_000);
  needs("vcenter");

  let vcenter: Vcenter;
  let settings: Settings;
  let log: ActionLog;
  before(async () => {
    vcenter = await startVcenter({ clusters: 2, hosts: 4, vms: 6, datastores: 2 });
  });
  after(() => vcenter?.stop());
  beforeEach(async () => {
    const journal = join(await temporaryFolder(), "journal.duckdb");
    settings = parseSettings({ vcenter: connection(), journal }, "the test", {});
    log = new ActionLog(`${journal}.actions.ndjson`);
  });

  const connection = () => ({
    server: vcenter.server,
    user: vcenter.user,
    password: vcenter.password,
    caFile: vcenter.certificate,
  });
  async function inVcenter<T>(work: (actions: VcenterActions, snapshot: Snapshot) => Promise<T>): Promise<T> {
    const inventory = createVcenterInventory(settings.vcenter!);
    try {
      return await work(createVcenterActions(inventory), await inventory.snapshot());
    } finally {
      await inventory.close();
    }
  }

  /** A move of the cluster's nth VM from where it is to another host, or to one that doesn't exist. */
  const moveOf = (n: number, to?: string, storage?: PlannedMove["storage"]): Promise<PlannedMove> =>
    inVcenter((_, { clusters, hosts, virtualMachines }) => {
      const vm = virtualMachines.filter((item) => item.cluster === clusters[0].id)[n];
      const toHostId = to ?? hosts.find((item) => item.cluster === vm.cluster && item.id !== vm.host)!.id;
      const times = { startsAfterSeconds: 0, durationSeconds: 10, downtimeMs: 1, streams: 1, stunned: false };
      const ends = { from: vm.host!, to: toHostId, fromHostId: vm.host!, toHostId };
      return Promise.resolve({ vm: vm.name, id: vm.id, ...ends, ...times, storage, gain: 1, reason: "" });
    });
  const clusterId = () => inVcenter((_, { clusters }) => Promise.resolve(clusters[0].id));
  const hostOf = (vm: string) => inVcenter((actions) => actions.hostOf(vm));
  const wave = (...moves: PlannedMove[]) => ({
    startsAt: NOW,
    endsBefore: null,
    durationSeconds: 10,
    followsAtOnce: true,
    moves,
  });
  const run = async (waves: ReturnType<typeof wave>[], onFailure: "stop" | "revert") => {
    const cluster = await clusterId();
    const options = { cluster, concurrency: 1, priority: "defaultPriority" as const, onFailure, now: () => NOW };
    return withActions(settings, "p/s/n", (acting) => runWaves(acting, waves, options));
  };
  const results = (outcomes: readonly MoveOutcome[]) => outcomes.map(({ id, result }) => [id, result]);

  it("stop where a move fails: what was done stays, nothing else begins, later waves wait", async () => {
    const [good, bad, next, later] = [await moveOf(0), await moveOf(1, "host-gone"), await moveOf(2), await moveOf(3)];
    const { outcomes, waiting, failed } = await run([wave(good, bad, next), wave(later)], "stop");
    assert.ok(failed);
    assert.deepEqual(results(outcomes), [
      [good.id, "moved"],
      [bad.id, "failed"],
      [next.id, "not started"],
    ]);
    assert.match(outcomes[1].text, /ManagedObjectNotFound/);
    assert.deepEqual(
      waiting.map(({ moves }) => moves.map(({ id }) => id)),
      [[later.id]],
    );
    assert.equal(await hostOf(good.id), good.toHostId);
    for (const { id, fromHostId } of [bad, next, later]) assert.equal(await hostOf(id), fromHostId);
    // What became of it is asked by whoever runs next, at the latest.
    await run([], "stop");
    assert.deepEqual(
      (await log.actions()).map(({ subject, outcome }) => [subject, outcome?.result]),
      [
        [good.id, "done"],
        [bad.id, "failed"],
      ],
    );
  });

  it("take back the moves of the wave that failed where that is asked for, and not those of waves before", async () => {
    const [before, good, bad] = [await moveOf(0), await moveOf(1), await moveOf(2, "host-gone")];
    const { outcomes, failed } = await run([wave(before), wave(good, bad)], "revert");
    assert.ok(failed);
    assert.deepEqual(results(outcomes), [
      [before.id, "moved"],
      [good.id, "moved"],
      [bad.id, "failed"],
      [good.id, "reverted"],
    ]);
    assert.equal(await hostOf(before.id), before.toHostId);
    assert.equal(await hostOf(good.id), good.fromHostId);
    const logged = (await log.actions()).map(({ subject, detail, outcome }) => [subject, detail.to, outcome?.result]);
    assert.deepEqual(
      logged.filter(([subject]) => subject === good.id),
      [
        [good.id, good.toHostId, "done"],
        [good.id, good.fromHostId, "done"],
      ],
    );
  });

  it("leave Pulumi a state with what was done and the reasons, where one fails", async () => {
    const [good, bad] = [await moveOf(0), await moveOf(1, "host-gone")];
    const source = await inVcenter((_, snapshot) => Promise.resolve(snapshot.source.name));
    const entries = Object.entries({ vcenter: JSON.stringify(connection()), journal: settings.journal });
    const config = new Map(entries.map(([key, value]) => [`vsphere-affinity:${key}`, value]));
    const request = { config: { get: (key: string) => config.get(key), rawConfig: Object.fromEntries(config) } };
    await migrationSchedule.configure(request as never);
    const plan = {
      source,
      clusterId: await clusterId(),
      waves: [wave(good, bad)],
      due: 1,
      notScheduled: [],
      evidence: "",
    };
    const inputs = { owner: "p/s/n", cluster: "DC0_C0", budget: { concurrency: 1 }, ...plan };
    const failure = await migrationSchedule.create({ ...inputs, waves: [{ ...wave(good, bad), startsAt: 1 }] }).then(
      () => assert.fail("it can't succeed"),
      (error: unknown) => error as { id: string; properties: Record<string, unknown>; reasons: string[] },
    );
    assert.equal(failure.id, "p/s/n");
    assert.deepEqual(results(failure.properties.executed as MoveOutcome[]), [
      [good.id, "moved"],
      [bad.id, "failed"],
    ]);
    assert.deepEqual([failure.properties.due, failure.properties.waves], [0, []]);
    assert.equal(failure.reasons.length, 1);
    assert.match(failure.reasons[0], new RegExp(`^${bad.vm} from .* failed \\(.*ManagedObjectNotFound`));
  });

  it("move disks with their VM, or alone, verify where they are, and do nothing twice", async () => {
    const stores = await inVcenter((_, { datastores }) => Promise.resolve(datastores.map(({ id }) => id)));
    const vm = (await moveOf(4)).id;
    const [from] = await inVcenter((actions) => actions.datastoresOf(vm));
    const to = stores.find((id) => id !== from)!;
    const both = await moveOf(4, undefined, { from: [from], to });
    const { outcomes } = await run([wave(both)], "stop");
    assert.deepEqual(results(outcomes), [[vm, "moved"]]);
    assert.equal(await hostOf(vm), both.toHostId);
    assert.deepEqual(await inVcenter((actions) => actions.datastoresOf(vm)), [to]);
    assert.deepEqual(results((await run([wave(both)], "stop")).outcomes), [[vm, "already there"]]);
    // Storage vMotion: the host stays.
    const alone = await moveOf(4, both.toHostId, { from: [to], to: from });
    assert.deepEqual(results((await run([wave(alone)], "stop")).outcomes), [[vm, "moved"]]);
    assert.deepEqual(await inVcenter((actions) => actions.datastoresOf(vm)), [from]);
    assert.equal(await hostOf(vm), both.toHostId);
  });

  it("move to another cluster's host, where the VM is in that cluster's pool", async () => {
    const [, other] = await inVcenter((_, { clusters }) => Promise.resolve(clusters));
    const target = await inVcenter((_, { hosts }) =>
      Promise.resolve(hosts.find(({ cluster }) => cluster === other.id)!),
    );
    const move = await moveOf(5, target.id);
    assert.deepEqual(results((await run([wave(move)], "stop")).outcomes), [[move.id, "moved"]]);
    const vm = await inVcenter((_, snapshot) =>
      Promise.resolve(snapshot.virtualMachines.find(({ id }) => id === move.id)!),
    );
    assert.deepEqual([vm.host, vm.cluster], [target.id, other.id]);
    assert.equal(vm.resourcePool, other.resourcePool);
  });
});
