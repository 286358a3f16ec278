import assert from "node:assert/strict";
import fc from "fast-check";
import type { LoggedAction } from "../../../../engine/journal";
import {
  type Amounts,
  amountsOf,
  chooseWindow,
  clusterRoom,
  hostRoom,
  overheadOf,
  planPreparation,
  preparableHosts,
  preparationRequestSchema,
  type PreparationWorld,
} from "../../../../engine/planner/preparation";
import { parseSnapshot, type Snapshot } from "../../../../engine/snapshot";
import { record } from "../../models/profile/histories";

const GIB = 1024;

/** Three hosts of 10,000 MHz and 64 GiB, a root pool and two datastores. */
function world(over: { hosts?: object[]; vms?: object[]; pools?: object[]; ha?: object; datastores?: object[] } = {}) {
  const host = (name: string) => ({
    ...{ id: `host-${name}`, name, cluster: "c", connection: "connected", power: "poweredOn", maintenance: false },
    ...{ cpuMhz: 10_000, cores: 4, threads: 8, memoryMb: 64 * GIB, datastores: ["ds-1", "ds-2"] },
  });
  const snapshot = parseSnapshot(
    {
      schemaVersion: 1,
      source: { kind: "file", name: "test" },
      takenAt: "2026-01-12T08:00:00Z",
      clusters: [
        {
          ...{ id: "c", name: "production", resourcePool: "root" },
          drs: { enabled: true, automation: "manual" },
          ha: { enabled: over.ha !== undefined, admissionControl: over.ha ?? { policy: "none" } },
        },
      ],
      hosts: over.hosts ?? ["a", "b", "d"].map(host),
      virtualMachines: (over.vms ?? []).map((vm, i) => ({
        ...{ id: `vm-${i}`, name: `vm ${i}`, host: "host-a", cluster: "c", resourcePool: "root", power: "poweredOn" },
        ...{ vcpus: 1, memoryMb: GIB, ...vm },
      })),
      resourcePools: [{ id: "root", name: "Resources", cluster: "c", parent: null }, ...(over.pools ?? [])],
      datastores: over.datastores ?? [
        { id: "ds-1", name: "one", capacityMb: 100 * GIB, freeMb: 50 * GIB },
        { id: "ds-2", name: "two", capacityMb: 100 * GIB, freeMb: 20 * GIB },
      ],
    },
    "the test",
  );
  return { snapshot, cluster: snapshot.clusters[0] };
}

const request = (over: object = {}) =>
  preparationRequestSchema.parse({ cluster: "production", application: "backup", ...over });
const amounts = (over: Partial<Amounts> = {}): Amounts => ({
  ...{ cpuMhz: 4000, memoryMib: 16 * GIB, datastoreGib: 0, fromHistory: [] },
  ...over,
});
const planned = (
  given: { snapshot: Snapshot; cluster: Snapshot["clusters"][number] },
  over: Partial<PreparationWorld> = {},
  asked: object = {},
  size: Partial<Amounts> = {},
) =>
  planPreparation(request(asked), amounts(size), {
    ...{
      ...given,
      scores: [],
      busy: new Map(),
      failed: new Set(),
      incumbents: new Set(),
      pool: null,
      disks: new Map(),
    },
    ...over,
  });
const names = (plan: { hosts: readonly { name: string }[] }) => plan.hosts.map(({ name }) => name);
const score = (host: string, value: number) => ({ host: `host-${host}`, score: value, evidence: 1 });

describe("room for preparations", () => {
  it("of a host is what no running VM on it reserves", () => {
    const { snapshot } = world({
      vms: [
        { cpuReservationMhz: 3000, memoryReservationMb: 1000 },
        { cpuReservationMhz: 999, memoryReservationMb: 999, power: "poweredOff" },
        { cpuReservationMhz: 500, host: "host-b" },
      ],
    });
    assert.deepEqual(hostRoom(snapshot, snapshot.hosts[0]), { cpuMhz: 7000, memoryMib: 64 * GIB - 1000 });
  });

  it("of a cluster leaves out what pools and VMs of the root pool reserve, each pool at least its reservation", () => {
    const pool = (id: string, cpuReservationMhz: number, parent = "root") => ({
      ...{ id, name: id, cluster: "c", parent, cpuReservationMhz },
    });
    const { snapshot, cluster } = world({
      pools: [pool("p-1", 5000), pool("p-2", 1000), pool("p-3", 400, "p-1")],
      vms: [
        { cpuReservationMhz: 700 },
        // Within its pool's reservation; beyond it.
        { cpuReservationMhz: 2000, resourcePool: "p-1" },
        { cpuReservationMhz: 1500, resourcePool: "p-2" },
      ],
    });
    assert.equal(clusterRoom(snapshot, cluster).cpuMhz, 30_000 - 700 - 5000 - 1500);
    assert.equal(clusterRoom(snapshot, cluster, "p-1").cpuMhz, 30_000 - 700 - 1500);
  });

  it("of a cluster leaves out what HA keeps for restarts, by each policy", () => {
    const room = (ha: object) => {
      const { snapshot, cluster } = world({ ha });
      return clusterRoom(snapshot, cluster);
    };
    assert.deepEqual(room({ policy: "percentage", cpuPercent: 50, memoryPercent: 25 }), {
      ...{ cpuMhz: 15_000, memoryMib: 0.75 * 3 * 64 * GIB },
    });
    assert.equal(room({ policy: "hostFailures", hosts: 1 }).cpuMhz, 20_000);
    assert.equal(room({ policy: "dedicatedHosts", hosts: ["host-b"] }).memoryMib, 2 * 64 * GIB);
    const { snapshot, cluster } = world({ ha: { policy: "dedicatedHosts", hosts: ["host-b"] } });
    assert.deepEqual(
      preparableHosts(snapshot, cluster).map(({ name }) => name),
      ["a", "d"],
    );
  });
});

describe("which hosts are prepared", () => {
  it("the preferred, then the least busy, then by name; hosts without telemetry after those known to be idle", () => {
    const given = world();
    assert.deepEqual(names(planned(given, {}, { hosts: 3 })), ["a", "b", "d"]);
    const scores = [score("d", 0.6), score("a", 0.55), score("b", 0.5)];
    assert.deepEqual(names(planned(given, { scores }, { hosts: 2 })), ["d", "a"]);
    const busy = new Map([["host-b", 0.2]]);
    assert.deepEqual(names(planned(given, { busy }, { hosts: 1 })), ["b"]);
  });

  it("a busy host, and one whose shadow request failed, come after all others whatever their score", () => {
    const scores = [score("a", 0.9), score("b", 0.8), score("d", 0.5)];
    const busy = new Map([["host-a", 0.95]]);
    const failed = new Set(["host-b"]);
    assert.deepEqual(names(planned(world(), { scores, busy, failed }, { hosts: 3 })), ["d", "a", "b"]);
  });

  it("one that is prepared stays until another is clearly preferred", () => {
    const incumbents = new Set(["host-b"]);
    const close = [score("a", 0.52), score("b", 0.5)];
    assert.deepEqual(names(planned(world(), { scores: close, incumbents })), ["b"]);
    const clear = [score("a", 0.6), score("b", 0.5)];
    assert.deepEqual(names(planned(world(), { scores: clear, incumbents })), ["a"]);
  });

  it("none that is closed, of unknown size, or full", () => {
    const { snapshot } = world();
    const [a, b, d] = snapshot.hosts;
    const hosts = [{ ...a, maintenance: true }, { ...b, memoryMb: null }, d];
    assert.deepEqual(names(planned(world({ hosts }), {}, { hosts: 3 })), ["d"]);
    const vms = [{ cpuReservationMhz: 7000 }];
    assert.deepEqual(names(planned(world({ vms }), {}, { hosts: 3 })), ["b", "d"]);
  });

  it("no more than the cluster can reserve beside what HA keeps", () => {
    const ha = { policy: "hostFailures", hosts: 2 };
    const plan = planned(world({ ha }), {}, { hosts: 3 });
    assert.equal(plan.hosts.length, 2);
    assert.match(plan.shortfalls[0], /2 of 3 hosts: the cluster can reserve no more/);
    // Its own pool counts as free.
    const pools = [{ id: "own", name: "own", cluster: "c", parent: "root", cpuReservationMhz: 8000 }];
    assert.equal(planned(world({ ha, pools }), { pool: "own" }, { hosts: 3 }).hosts.length, 2);
    assert.equal(planned(world({ ha, pools }), {}, { hosts: 3 }).cpuMhz, 2000);
  });

  it("where none has room for all of it, one with as much as it has, down to the least share", () => {
    const plan = planned(world(), {}, { hosts: 2 }, { cpuMhz: 16_000, memoryMib: 8 * GIB });
    assert.deepEqual([plan.hosts.length, plan.cpuMhz, plan.memoryMib], [1, 10_000, 5 * GIB]);
    assert.match(plan.shortfalls[0], /a for 62 %/);
    const none = planned(world(), {}, { leastShare: 0.8 }, { cpuMhz: 16_000 });
    assert.deepEqual(none.hosts, []);
    assert.match(none.shortfalls[0], /room left/);
  });

  it("the placeholder disk lies where most is free, beside what stays free and what was given out", () => {
    const size = { datastoreGib: 25 };
    const plan = planned(world(), {}, { hosts: 2 }, size);
    // 50 GiB free, of which 10 stay: one disk of 25 fits, a second does not, and the other datastore has 10.
    assert.deepEqual(
      plan.hosts.map(({ datastore }) => datastore),
      ["ds-1"],
    );
    assert.deepEqual(names(planned(world(), { disks: new Map([["ds-1", 25]]) }, { hosts: 2 }, size)), ["a", "b"]);
    assert.equal(planned(world(), {}, { datastore: "two" }, { datastoreGib: 10 }).hosts[0].datastore, "ds-2");
    assert.throws(() => planned(world(), {}, { datastore: "three" }, { datastoreGib: 1 }), {
      code: "DATASTORE_NOT_FOUND",
    });
  });

  it("never reserves more than a host or the cluster has, whatever is there and asked for", () => {
    const cpu = fc.integer({ min: 0, max: 12_000 });
    const memory = fc.integer({ min: 0, max: 70 * GIB });
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ cpuReservationMhz: cpu, memoryReservationMb: memory, host: fc.constantFrom("a", "b", "d") }),
          {
            maxLength: 6,
          },
        ),
        fc.constantFrom(
          undefined,
          { policy: "hostFailures", hosts: 1 },
          { policy: "percentage", cpuPercent: 40, memoryPercent: 10 },
        ),
        fc.record({ cpuMhz: cpu, memoryMib: memory, datastoreGib: fc.integer({ min: 0, max: 60 }) }),
        fc.integer({ min: 1, max: 4 }),
        (vms, ha, size, hosts) => {
          const given = world({ vms: vms.map((vm) => ({ ...vm, host: `host-${vm.host}` })), ha });
          const plan = planned(given, {}, { hosts, leastShare: 0.1 }, size);
          const room = clusterRoom(given.snapshot, given.cluster);
          const count = plan.hosts.length;
          assert.ok(count <= hosts);
          if (count === 0) return;
          assert.ok(
            count * plan.cpuMhz <= Math.max(0, room.cpuMhz) && count * plan.memoryMib <= Math.max(0, room.memoryMib),
          );
          const onDisk = new Map<string, number>();
          for (const { id, datastore } of plan.hosts) {
            const own = hostRoom(
              given.snapshot,
              given.snapshot.hosts.find((host) => host.id === id)!,
            );
            assert.ok(plan.cpuMhz <= Math.max(0, own.cpuMhz) && plan.memoryMib <= Math.max(0, own.memoryMib));
            if (datastore !== null) onDisk.set(datastore, (onDisk.get(datastore) ?? 0) + plan.datastoreGib);
          }
          for (const [id, gib] of onDisk) assert.ok(gib <= (id === "ds-1" ? 40 : 10), `${gib} GiB on ${id}`);
        },
      ),
    );
  });
});

describe("how long hosts stay prepared", () => {
  const WINDOW = 300;

  it("from when a request is likely; moved on when half of the window is over; given up only at its end", () => {
    assert.deepEqual(chooseWindow(true, null, 1000, WINDOW).window, { since: 1000, until: 1300 });
    const before = { since: 1000, until: 1300 };
    assert.deepEqual(chooseWindow(true, before, 1150, WINDOW).window, before);
    assert.deepEqual(chooseWindow(true, before, 1151, WINDOW).window, { since: 1000, until: 1451 });
    assert.deepEqual(chooseWindow(false, before, 1299, WINDOW), { window: before, because: "window not over" });
    assert.deepEqual(chooseWindow(false, before, 1300, WINDOW), { window: null, because: "unlikely" });
    // One that had ended begins anew.
    assert.deepEqual(chooseWindow(true, before, 1300, WINDOW).window, { since: 1300, until: 1600 });
  });
});

describe("what to reserve", () => {
  const history = Array.from({ length: 40 }, (_, i) =>
    record({ start: 1000 + i, cpuMhz: 100 * (i + 1), ...(i % 2 ? { memoryMib: 512 } : {}), volumeMb: 3000 }),
  );
  const subject = { key: "application" as const, name: "backup" };

  it("is what was asked for, else what 19 of 20 requests used", () => {
    const found = amountsOf(request({ reserve: { memoryMib: 99 } }), history, subject, 2000);
    assert.deepEqual([found.cpuMhz, found.memoryMib], [3800, 99]);
    assert.deepEqual(found.fromHistory, ["cpuMhz", "datastoreGib"]);
    assert.equal(amountsOf(request(), history, subject, 2000).memoryMib, 512);
  });

  it("leaves aside what had not happened, and others' requests", () => {
    assert.equal(amountsOf(request({ reserve: { memoryMib: 0 } }), history, subject, 1001).cpuMhz, 100);
    const others = history.map((each) => ({ ...each, application: "other" }));
    assert.throws(
      () => amountsOf(request(), others, subject, 2000),
      (error: { code: string; problems: { path: string }[] }) => {
        assert.equal(error.code, "PREPARATION_AMOUNT_UNKNOWN");
        assert.deepEqual(
          error.problems.map(({ path }) => path),
          ["reserve.cpuMhz", "reserve.memoryMib"],
        );
        return true;
      },
    );
  });
});

describe("what preparations have cost", () => {
  const HOUR = 3600;
  const action = (kind: string, at: number, detail: object, over: object = {}) =>
    ({
      ...{
        id: `${kind}${at}`,
        at,
        cluster: "vc/c",
        owner: "p/s/n",
        kind,
        subject: kind.endsWith("pool") ? "pool" : "disk",
      },
      ...{ detail, outcome: { id: "", at, result: "done", text: "" }, ...over },
    }) as LoggedAction;

  it("is each reservation by the hours that it was held, up to now", () => {
    const actions = [
      action("create-pool", 0, { cpuMhz: 1000, memoryMib: 10 }),
      action("create-placeholder", 0, { gib: 5 }),
      action("edit-pool", HOUR, { cpuMhz: 2000, memoryMib: 10 }),
      action("create-pool", 5 * HOUR, { cpuMhz: 9999 }, { owner: "p/s/other" }),
      action("edit-pool", 2 * HOUR, { cpuMhz: 9999 }, { outcome: { result: "failed", at: 2 * HOUR } }),
      action("remove-pool", 3 * HOUR, {}),
      action("create-pool", 10 * HOUR, { cpuMhz: 100, memoryMib: 0 }, { cluster: "vc/c2" }),
    ];
    assert.deepEqual(overheadOf(actions, "p/s/n", 12 * HOUR), {
      cpuMhzHours: 1000 + 2 * 2000 + 2 * 100,
      memoryMibHours: 30,
      datastoreGibHours: 60,
    });
  });
});
