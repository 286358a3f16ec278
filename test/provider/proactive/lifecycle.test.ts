import assert from "node:assert/strict";
import { join } from "node:path";
import { ActionLog, Declarations, openJournal } from "../../../engine/journal";
import { parseSnapshot, type Snapshot } from "../../../engine/snapshot";
import { writeInventory } from "../../../engine/snapshot/file";
import { checkProactive } from "../../../provider/proactive/check";
import { applyProactive, diffProactive, readProactive, removeProactive } from "../../../provider/proactive/lifecycle";
import type { PlannedProactive } from "../../../provider/proactive/planned";
import { DnsDirector } from "../../../provider/proactive/dns/dns-director";
import type { Finding } from "../../../provider/reconcile/finding";
import { reconcile } from "../../../provider/reconcile/reconcile";
import { parseSettings, type Settings } from "../../../provider/settings";
import { checkStickiness } from "../../../provider/stickiness/check";
import { type Dns, needs, startDns, temporaryFolder } from "../../testbed";

type State = Record<string, unknown>;
const NOW = 1_772_409_600 + 3000;
const KEY = "vc.example.com/domain-c1";
const clock = () => Math.floor(Date.now() / 1000);

/** web-1 to web-3, each on a host of its own, and a fourth that is empty. */
function cluster(lost: readonly number[] = [], memoryMb = 16_384): Snapshot {
  const hosts = [1, 2, 3, 4];
  return parseSnapshot(
    {
      ...{ schemaVersion: 1, source: { kind: "file", name: "vc.example.com" }, takenAt: "2026-03-02T00:00:00Z" },
      clusters: [
        {
          ...{ id: "domain-c1", name: "production", drs: { enabled: true, automation: "manual" } },
          ha: { enabled: false, admissionControl: { policy: "none" } },
        },
      ],
      hosts: hosts.map((i) => ({
        ...{ id: `host-${i}`, name: `esx-${i}`, cluster: "domain-c1", power: "poweredOn", maintenance: false },
        ...{ connection: lost.includes(i) ? "notResponding" : "connected", cpuMhz: 32_000, cores: 16, threads: 32 },
        ...{ memoryMb, datastores: [] },
      })),
      virtualMachines: [1, 2, 3].map((i) => ({
        ...{ id: `vm-${i}`, name: `web-${i}`, host: `host-${i}`, cluster: "domain-c1", power: "poweredOn" },
        ...{ vcpus: 2, memoryMb: 6000 },
      })),
    },
    "the test's cluster",
  );
}

describe("proactive allocation", function () {
  this.timeout(60_000);
  needs("dns");

  let folder: string;
  let settings: Settings;
  let dns: Dns;
  before(async () => (dns = await startDns()));
  after(() => dns?.stop());
  beforeEach(async () => {
    folder = await temporaryFolder();
    const { server, zone, keyName, algorithm, secret } = dns;
    settings = parseSettings(
      {
        inventory: join(folder, "inventory.json"),
        journal: join(folder, "journal.duckdb"),
        dns: { server, zone, keyName, algorithm, secret },
      },
      "the test",
      {},
    );
    await world();
  });
  afterEach(async () => {
    const now = await director().targets(NAME);
    await director().replace(NAME, { ...now, ttlSeconds: 30 }, ALL);
  });

  const world = (...lost: number[]) => writeInventory(cluster(lost), settings.inventory!);
  const director = () => new DnsDirector(settings.dns!, clock);
  const NAME = "web.example.test";
  const ALL = ["192.0.2.11", "192.0.2.12", "192.0.2.13"];
  const owner = "shop/one/web";
  const traffic = { name: NAME, addresses: { "web-1": ALL[0], "web-2": ALL[1], "web-3": ALL[2] } };
  const user = { owner, cluster: "production", virtualMachines: ["web-1", "web-2", "web-3"] };
  const check = (olds: State, news: State) => checkProactive(olds, news, settings, NOW) as Promise<State>;
  const apply = (olds: State, inputs: State) => applyProactive(olds, inputs, settings, clock) as Promise<State>;
  const plannedOf = (state: State) => state as unknown as PlannedProactive;
  const reservations = async () =>
    (await openJournal(settings.journal).reservations(KEY)).map(({ virtualMachine, host }) => [virtualMachine, host]);
  const log = () => new ActionLog(`${settings.journal}.actions.ndjson`).actions();

  it("has nothing to do where nothing is likely to fail, and says the same again", async () => {
    const state = await apply({}, await check({}, { ...user, traffic }));
    const { members, reservations: rooms, redirection, replicasSuggested } = plannedOf(state);
    assert.deepEqual(
      members.map(({ atRisk }) => atRisk),
      [false, false, false],
    );
    assert.deepEqual([rooms, redirection!.withdraw, replicasSuggested], [[], [], 1]);
    const again = await check(state, { ...user, traffic });
    assert.equal(diffProactive(state, again), false);
    assert.deepEqual((await log()).length, 0);
  });

  it("tells which VMs the cluster has not: to be made, or mistyped", async () => {
    const virtualMachines = ["web-1", "web-2", "wbe-3"];
    const { lacking } = plannedOf(await check({}, { ...user, virtualMachines }));
    assert.ok(
      lacking.some((text) => text === 'virtual machines that are not in the cluster as yet: "wbe-3"'),
      lacking.join("; "),
    );
    const sticky = { owner: "shop/one/apart", cluster: "production", virtualMachines };
    const { evidence } = (await checkStickiness({}, sticky, settings, NOW)) as { evidence: string };
    assert.match(evidence, /; not in the cluster as yet: "wbe-3"$/);
  });

  it("keeps room on a healthy host, sends clients elsewhere and suggests one more; and takes all of it back", async () => {
    const asked = { ...user, traffic, needed: 2, riskBound: 0.0002 };
    const calm = await apply({}, await check({}, asked));
    await world(1);
    const news = await check(calm, asked);
    assert.ok(diffProactive(calm, news));
    const { members, replicasSuggested, groupRisk, evidence } = plannedOf(news);
    assert.deepEqual(
      members.map(({ vm, atRisk }) => [vm, atRisk]),
      [
        ["web-1", true],
        ["web-2", false],
        ["web-3", false],
      ],
    );
    assert.match(evidence, /web-1 fails with .*esx-1/);
    assert.equal(replicasSuggested, 4);
    assert.ok(groupRisk.now > groupRisk.bound && groupRisk.then! <= groupRisk.bound);

    const state = await apply(calm, news);
    assert.deepEqual(await reservations(), [["web-1 (restart)", "host-4"]]);
    assert.deepEqual((await director().targets(NAME)).addresses, ALL.slice(1));
    assert.deepEqual(state.withdrawn, [ALL[0]]);
    const drained = Date.parse(String(state.drainedAt)) / 1000 - clock();
    assert.ok(drained > 20 && drained <= 30, `clients forget in ${drained} s`);
    const done = await check(state, asked);
    assert.equal(diffProactive(state, done), false);
    assert.deepEqual((await readProactive(state, settings, clock)).drift, []);

    await world();
    const after = await apply(state, await check(state, asked));
    assert.deepEqual(await reservations(), []);
    assert.deepEqual(await director().targets(NAME), { addresses: ALL, ttlSeconds: 30 });
    assert.deepEqual([after.withdrawn, after.drainedAt], [[], null]);
    assert.deepEqual(
      (await log()).map(({ kind, subject, outcome }) => [kind, subject, outcome?.result]),
      [
        ["withdraw-record", `${NAME} ${ALL[0]}`, "done"],
        ["restore-record", `${NAME} ${ALL[0]}`, "done"],
      ],
    );
  });

  it("is kept true by scheduled runs: a dry run says what is due, the next does it, the one after finds only the risk", async () => {
    await apply({}, await check({}, { ...user, traffic }));
    await world(1);
    const run = (dryRun: boolean) => reconcile(settings, { dryRun, now: clock });
    const shown = (findings: Finding[]) => findings.map(({ class: what, outcome }) => [what, outcome]);
    assert.deepEqual(shown(await run(true)), [
      ["risk-above-bound", "reported"],
      ["reservation-needed", "pending"],
      ["redirect-due", "pending"],
    ]);
    assert.deepEqual(await reservations(), []);
    await run(false);
    assert.deepEqual(await reservations(), [["web-1 (restart)", "host-4"]]);
    assert.deepEqual((await director().targets(NAME)).addresses, ALL.slice(1));
    assert.deepEqual(shown(await run(false)), [["risk-above-bound", "reported"]]);

    // The host of the room fails as well: the room is stale, and another is found.
    await world(1, 4);
    assert.deepEqual(shown(await run(true)).slice(1, 2), [["reservation-stale", "pending"]]);
    await run(false);
    assert.notDeepEqual(await reservations(), [["web-1 (restart)", "host-4"]]);
    await world();
    assert.deepEqual(shown(await run(false)), [
      ["reservation-stale", "done"],
      ["redirect-due", "done"],
    ]);
    assert.deepEqual(await run(true), []);
    assert.deepEqual((await director().targets(NAME)).addresses, ALL);
  });

  it("says where there is no room to keep", async () => {
    await writeInventory(cluster([1, 4], 11_000), settings.inventory!);
    const { reservations: rooms, lacking } = plannedOf(await check({}, user));
    assert.deepEqual(rooms, []);
    assert.ok(
      lacking.some((text) => text.startsWith("room to restart in")),
      lacking.join("\n"),
    );
  });

  it("finds what a killed run has left open, and does nothing twice", async () => {
    const asked = { ...user, traffic };
    await world(1);
    const news = await check({}, asked);
    const before = await director().targets(NAME);
    await new ActionLog(`${settings.journal}.actions.ndjson`).intend({
      ...{ at: NOW, cluster: KEY, owner, kind: "withdraw-record", subject: `${NAME} ${ALL[0]}` },
      detail: { name: NAME, address: ALL[0], ttlSeconds: 30 },
    });
    await director().replace(NAME, before, ALL.slice(1));
    const state = await apply({}, news);
    assert.deepEqual(state.withdrawn, [ALL[0]]);
    const actions = await log();
    assert.deepEqual(
      actions.map(({ kind, outcome }) => [kind, outcome?.text]),
      [["withdraw-record", "found so by a later run"]],
    );
  });

  it("gives back what it took when it is removed, or has another name, and finds what others changed", async () => {
    await world(1);
    const state = await apply({}, await check({}, { ...user, traffic }));
    const current = await director().targets(NAME);
    await director().replace(NAME, current, ALL);
    await openJournal(settings.journal).release(owner);
    const found = await readProactive(state, settings, clock);
    assert.deepEqual(
      (found.drift as { what: string }[]).map(({ what }) => what),
      ["reservation missing", "address given back"],
    );
    const again = await apply(found, await check(found, { ...user, traffic }));
    assert.deepEqual((await director().targets(NAME)).addresses, ALL.slice(1));
    assert.equal((await new Declarations(settings.journal).of("vc.example.com")).length, 1);
    await removeProactive(again, settings, clock);
    assert.deepEqual((await director().targets(NAME)).addresses, ALL);
    assert.deepEqual(await reservations(), []);
    assert.deepEqual(await new Declarations(settings.journal).of("vc.example.com"), []);
  });

  it("plans without the zone where it can't be asked, and refuses what can't be", async () => {
    await world(1);
    const deaf = { ...settings, dns: { ...settings.dns!, server: "127.0.0.1:1" } };
    const planned = plannedOf((await checkProactive({}, { ...user, traffic }, deaf, NOW)) as State);
    assert.equal(planned.redirection, null);
    assert.ok(planned.lacking.some((text) => text.startsWith("where web.example.test leads")));
    assert.equal(planned.reservations.length, 1);
    const none = { ...settings, dns: undefined };
    await assert.rejects(checkProactive({}, { ...user, traffic }, none, NOW), { code: "DNS_NEEDED" });
    const wrong = { ...user, needed: 20, replica: 3, traffic: { name: NAME, addresses: { "web-9": "nowhere" } } };
    await assert.rejects(check({}, wrong), (error: Error & { code: string; problems: { path: string }[] }) => {
      assert.equal(error.code, "PROACTIVE_INVALID");
      assert.ok(error.problems.length >= 2);
      return true;
    });
  });
});
