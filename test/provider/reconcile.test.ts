import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { ActionLog, Declarations, Leases } from "../../engine/journal";
import { inShard } from "../../provider/reconcile/shard";
import { reconcile } from "../../provider/reconcile/reconcile";
import { applySchedule, checkSchedule } from "../../provider/schedule/lifecycle";
import { parseSettings, type Settings } from "../../provider/settings";
import { applyStickiness, removeStickiness } from "../../provider/stickiness/lifecycle";
import { checkStickiness } from "../../provider/stickiness/check";
import { createVcenterActions, createVcenterInventory, type VcenterActions } from "../../provider/vsphere";
import type { Snapshot } from "../../engine/snapshot";
import { needs, startVcenter, temporaryFolder, type Vcenter } from "../testbed";

const HOUR = 3600;
const CLI = join(__dirname, "../../cli/main.js");

describe("reconciliation on the simulator", function () {
  this.timeout(120_000);
  needs("vcenter");

  let vcenter: Vcenter;
  let folder: string;
  let settings: Settings;
  const start = Math.floor(Date.now() / 1000);
  let clock = start;
  const now = () => clock;

  async function inVcenter<T>(work: (actions: VcenterActions, snapshot: Snapshot) => Promise<T>): Promise<T> {
    const inventory = createVcenterInventory(settings.vcenter!);
    try {
      return await work(createVcenterActions(inventory), await inventory.snapshot());
    } finally {
      await inventory.close();
    }
  }
  const rules = () => inVcenter((actions, { clusters }) => actions.rules(clusters[0].id));
  const run = (dryRun = false) => reconcile(settings, { dryRun, now });
  const log = () => new ActionLog(`${settings.journal}.actions.ndjson`).actions();
  const cli = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const env = {
        ...process.env,
        VSPHERE_SERVER: vcenter.server,
        VSPHERE_USER: vcenter.user,
        VSPHERE_PASSWORD: vcenter.password,
        VSPHERE_ALLOW_UNVERIFIED_SSL: "true",
      };
      execFile(
        process.execPath,
        [CLI, ...args, "--journal", settings.journal],
        { env, cwd: folder },
        (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });

  before(async () => {
    vcenter = await startVcenter({ hosts: 4, vms: 10 });
    folder = await temporaryFolder();
    settings = parseSettings(
      {
        vcenter: {
          server: vcenter.server,
          user: vcenter.user,
          password: vcenter.password,
          caFile: vcenter.certificate,
        },
        journal: join(folder, "journal.duckdb"),
        plan: { gainThreshold: 0 },
      },
      "the test",
      {},
    );
  });
  after(() => vcenter?.stop());

  const owner = "shop/one/replicas";
  async function declareStickiness(over: object = {}): Promise<Record<string, unknown>> {
    const names = await inVcenter((_, { virtualMachines }) =>
      Promise.resolve(virtualMachines.filter((vm) => vm.cluster !== null).map(({ name }) => name)),
    );
    const cluster = "DC0_C0";
    const user = { owner, cluster, virtualMachines: names.slice(0, 2), riskBound: 1e-6, maxHours: 24, ...over };
    return { ...(await applyStickiness({}, await checkStickiness({}, user, settings, clock), settings)) };
  }

  it("has nothing to do where nothing was declared, and where all is as declared", async () => {
    assert.deepEqual(await run(), []);
    await declareStickiness();
    assert.deepEqual(await run(), []);
    const { code, stdout } = await cli("apply", "--json");
    assert.equal(code, 0);
    assert.deepEqual((JSON.parse(stdout) as { findings: unknown[] }).findings, []);
  });

  it("says in a dry run what it would mend, and mends it without", async () => {
    const [rule] = await rules();
    await inVcenter((actions, { clusters }) => actions.removeRule(clusters[0].id, rule.key));
    const dry = await run(true);
    assert.deepEqual(
      dry.map(({ class: what, outcome }) => [what, outcome]),
      [["rule-missing", "pending"]],
    );
    assert.deepEqual(await rules(), []);
    const { code } = await cli("apply", "--dry-run");
    assert.equal(code, 2);
    assert.deepEqual(
      (await run()).map(({ class: what, outcome }) => [what, outcome]),
      [["rule-missing", "done"]],
    );
    assert.equal((await rules()).length, 1);
    assert.deepEqual(await run(), []);
  });

  it("renews a rule whose end has come while there is still a ground for it", async () => {
    clock = start + 25 * HOUR;
    const found = await run();
    assert.deepEqual(
      found.map(({ class: what }) => what),
      ["rule-expired"],
    );
    assert.equal((await rules()).length, 1);
    assert.deepEqual(await run(), []);
    const [{ state }] = await new Declarations(settings.journal).of(await source());
    assert.ok(Date.parse(String(state.expiresAt)) / 1000 > clock);
  });
  const source = () => inVcenter((_, snapshot) => Promise.resolve(snapshot.source.name));

  it("knows the rule of a run that was killed before it could write down its end", async () => {
    const [rule] = await rules();
    const actions = new ActionLog(`${settings.journal}.actions.ndjson`);
    const cluster = `${await source()}/${(await new Declarations(settings.journal).of(await source()))[0].cluster.split("/")[1]}`;
    await actions.intend({ at: clock, cluster, owner, kind: "add-rule", subject: rule.name, detail: {} });
    const open = async () => (await log()).filter(({ outcome }) => outcome === null);
    assert.equal((await open()).length, 1);
    // There is nothing to do, and it finds out all the same.
    assert.deepEqual(await run(), []);
    assert.deepEqual(await open(), []);
    assert.equal((await log()).at(-1)!.outcome!.result, "done");
    await removeStickiness((await new Declarations(settings.journal).of(await source()))[0].state, settings);
    assert.deepEqual(await rules(), []);
    assert.deepEqual(await open(), []);
    assert.deepEqual(await new Declarations(settings.journal).of(await source()), []);
  });

  it("runs the due waves of a schedule, and its concurrent twin does not", async () => {
    await inVcenter(async (actions, { virtualMachines, hosts, clusters }) => {
      const [host] = hosts.filter((item) => item.cluster === clusters[0].id);
      for (const vm of virtualMachines) {
        if (vm.cluster === clusters[0].id && vm.host !== host.id) await actions.relocate(vm.id, host.id);
      }
    });
    clock = Math.floor(Date.now() / 1000);
    const user = { owner: "shop/one/moves", cluster: "DC0_C0", budget: { movesPerRun: 2, movesPerDay: 5 } };
    // Declared with a window that is far, so that declaring moves nothing.
    const far = { recurrence: "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;BYHOUR=0;BYMINUTE=0", durationMinutes: 30 };
    await applySchedule(await checkSchedule({}, { ...user, windows: [far] }, settings, clock), settings, now);
    assert.deepEqual(await run(), []);
    await applySchedule(
      { ...(await checkSchedule({}, { ...user, windows: [far] }, settings, clock)), windows: [] },
      settings,
      now,
    );

    const results = await Promise.all([cli("apply", "--json"), cli("apply", "--json")]);
    const moved = (await log()).filter(({ kind, outcome }) => kind === "relocate" && outcome?.result === "done");
    const perVm = new Map<string, number>();
    for (const { subject } of moved) perVm.set(subject, (perVm.get(subject) ?? 0) + 1);
    assert.ok(
      [...perVm.values()].every((times) => times === 1),
      "no VM was moved twice",
    );
    for (const { code, stderr } of results) {
      if (code !== 0) assert.match(stderr, /LEASE_HELD/);
    }
    assert.ok(results.some(({ code }) => code === 0));
    assert.ok(moved.length >= 2 && moved.length <= 4);
  });

  it("stops at the day's budget with an alert", async () => {
    for (let i = 0; i < 3; i++) await run();
    const moved = (await log()).filter(({ kind }) => kind === "relocate");
    assert.equal(moved.length, 5);
    const [alert] = await run();
    assert.equal(alert.class, "rate-above-bound");
    assert.match(alert.detail, /5 moves in the last 24 hours/);
  });

  it("begins no move above the rate limit, whatever the budgets say, and remembers across runs", async () => {
    clock += 25 * HOUR;
    const [{ cluster }] = await new Declarations(settings.journal).of(await source());
    // Another stack's run has moved a VM half an hour ago, and failed to move a second.
    const actions = new ActionLog(`${settings.journal}.actions.ndjson`);
    for (const result of ["done", "failed"] as const) {
      const intent = { at: clock - HOUR / 2, cluster, owner: "other/one/moves", kind: "relocate", subject: "vm-x" };
      const { id } = await actions.intend({ ...intent, detail: {} });
      await actions.conclude({ id, at: clock - HOUR / 2, result });
    }
    const limited = (perHour: number) => reconcile({ ...settings, moveRateLimit: { perHour } }, { dryRun: false, now });
    const [alert, ...none] = await limited(1);
    assert.deepEqual([alert.class, alert.outcome, none], ["rate-above-bound", "reported", []]);
    assert.equal(alert.detail, "the rate limit is reached: 1 moves in the last hour, and the limit is 1");
    const moved = async () =>
      (await log()).filter(({ kind, owner: by }) => kind === "relocate" && by === "shop/one/moves");
    const before = (await moved()).length;
    const [due] = await limited(2);
    assert.deepEqual([due.class, due.outcome], ["wave-due", "done"]);
    assert.equal((await moved()).length, before + 1);
  });

  it("turns an apply away while another run acts, saying who", async () => {
    clock += 25 * HOUR;
    await new Leases(settings.journal).hold(await source(), { holder: "an update of shop/one" }, async () => {
      const { code, stderr } = await cli("apply");
      assert.equal(code, 1);
      assert.match(stderr, /an update of shop\/one is acting/);
      assert.match(stderr, /LEASE_HELD/);
      assert.doesNotMatch(stderr, /at .*\.js:\d+/);
    });
  });

  it("deals clusters out to shards, each to one", () => {
    for (let i = 0; i < 50; i++) {
      const owners = [0, 1, 2].filter((index) => inShard(`vc/domain-c${i}`, { index, count: 3 }));
      assert.equal(owners.length, 1);
    }
  });
});
