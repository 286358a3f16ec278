import assert from "node:assert/strict";
import fc from "fast-check";
import { openPlainDevice } from "../../../../engine/compute/devices/plain";
import { planPlacement } from "../../../../engine/planner";
import { movesOfDay, risingThreshold, scheduleRequestSchema } from "../../../../engine/planner/schedule";
import { makeWorld, type WorldSpec } from "../world";

const movesOf = async (spec: WorldSpec) => {
  const { request, snapshot, assessment } = makeWorld(spec);
  const plan = await planPlacement(request, snapshot, snapshot.clusters[0], assessment, { device: openPlainDevice() });
  return plan.moves.map(({ vm, to }) => `${vm}>${to}`);
};

describe("a day's budget", () => {
  const budgetOf = (budget: object) => movesOfDay(scheduleRequestSchema.parse({ cluster: "c", budget }).budget);

  it("that is stated is all there is; where none is, as many again are for hosts in need", () => {
    assert.deepEqual(budgetOf({}), { movesPerDay: 40, urgentMovesPerDay: 40 });
    assert.deepEqual(budgetOf({ movesPerDay: 5 }), { movesPerDay: 5, urgentMovesPerDay: 0 });
    assert.deepEqual(budgetOf({ movesPerDay: 5, urgentMovesPerDay: 3 }), { movesPerDay: 5, urgentMovesPerDay: 3 });
    assert.deepEqual(budgetOf({ urgentMovesPerDay: 0 }), { movesPerDay: 40, urgentMovesPerDay: 0 });
  });

  it("makes a move dearer the more of it is spent, from the threshold to fifty times that", () => {
    assert.equal(risingThreshold(0.02, 0, 40), 0.02);
    assert.ok(Math.abs(risingThreshold(0.02, 40, 40) - 1) < 1e-12);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (budget, spent) => {
        assert.ok(risingThreshold(0.02, spent + 1, budget) >= risingThreshold(0.02, spent, budget));
      }),
    );
    assert.equal(risingThreshold(0, 30, 40), 0);
    assert.equal(risingThreshold(0.02, 3, 0), 0.02);
  });
});

describe("moves off hosts in no need", () => {
  const vms = (mhz: number) => [
    { name: "a", on: "full", count: 4, cpuMhz: mhz, memoryGb: 1 },
    { name: "b", on: "empty", cpuMhz: 10, memoryGb: 1 },
  ];
  const hosts = [
    { name: "full", cores: 4 },
    { name: "empty", cores: 4 },
  ];
  const config = { quietGainThreshold: 100 };

  it("are made at their own price, and off a crowded host at the common one", async () => {
    assert.ok((await movesOf({ hosts, vms: vms(2100), request: { include: "all" } })).length > 0);
    assert.deepEqual(await movesOf({ hosts, vms: vms(2100), request: { include: "all", config } }), []);
    assert.ok((await movesOf({ hosts, vms: vms(2600), request: { include: "all", config } })).length > 0);
  });

  it("are no bar to leaving a host that is likely to fail", async () => {
    const failing = [{ name: "full", cores: 4, failure: 0.5 }, hosts[1]];
    assert.ok((await movesOf({ hosts: failing, vms: vms(500), request: { include: "all", config } })).length > 0);
  });
});

describe("the way back", () => {
  const request = (departures: object[]) => ({ include: "all", departures });
  const hosts = (failure: number) => [
    { name: "one", cores: 4, failure },
    { name: "two", cores: 4 },
  ];
  const spec = (mhz: number, failure: number, departures: object[]): WorldSpec => ({
    hosts: hosts(failure),
    vms: [
      { name: "a", on: "one", cpuMhz: mhz, memoryGb: 1 },
      { name: "b", on: "one", cpuMhz: mhz, memoryGb: 1 },
    ],
    request: request(departures),
  });

  it("is closed to a VM that left the host lately, and open to any other", async () => {
    const { snapshot } = makeWorld(spec(4200, 0, []));
    const idOf = (name: string) => snapshot.virtualMachines.find((vm) => vm.name === name)!.id;
    const two = snapshot.hosts.find(({ name }) => name === "two")!.id;
    const departure = (name: string) => ({ virtualMachine: idOf(name), host: two });
    const free = await movesOf(spec(4200, 0, []));
    assert.equal(free.length, 1, String(free));
    const closed = await movesOf(spec(4200, 0, [departure("a")]));
    assert.deepEqual(closed, ["b>two"]);
    assert.deepEqual(await movesOf(spec(4200, 0, [departure("a"), departure("b")])), []);
    // A cause: there is no room where it went, or that host is likely to fail.
    assert.equal((await movesOf(spec(5200, 0, [departure("a"), departure("b")]))).length, 1);
    assert.equal((await movesOf(spec(1000, 0.5, [departure("a"), departure("b")]))).length, 2);
  });

  it("stays closed while there is another host, whatever the need, but for a host about to fail", async () => {
    const world = (failure: number): WorldSpec => ({
      hosts: [
        { name: "one", cores: 4, failure },
        { name: "two", cores: 4 },
        { name: "three", cores: 4 },
      ],
      vms: [
        { name: "a", on: "one", cpuMhz: 5200, memoryGb: 1 },
        { name: "b", on: "one", cpuMhz: 5200, memoryGb: 1 },
        { name: "c", on: "three", cpuMhz: 9000, memoryGb: 1 },
      ],
      request: { include: "all" },
    });
    const { snapshot } = makeWorld(world(0));
    const two = snapshot.hosts.find(({ name }) => name === "two")!.id;
    const departures = snapshot.virtualMachines
      .filter(({ name }) => name !== "c")
      .map(({ id }) => ({ virtualMachine: id, host: two }));
    const toTwo = async (failure: number, gone: object[]) =>
      (await movesOf({ ...world(failure), request: request(gone) })).filter((move) => /^[ab]>two$/.test(move)).length;
    assert.ok((await toTwo(0.003, [])) > 0);
    assert.equal(await toTwo(0.003, departures), 0);
    assert.ok((await toTwo(0.5, departures)) > 0);
  });
});
