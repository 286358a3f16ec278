import assert from "node:assert/strict";
import { Judge } from "../../benchmark/faults/judge";
import type { Answered, Proxy, Seen } from "../../benchmark/faults/proxy";
import { RESERVED_MB } from "../../benchmark/faults/cluster";
import type { Rule, World, WorldObject } from "../../benchmark/faults/world";

const OBJECTS: WorldObject[] = [
  { type: "ResourcePool", id: "resgroup-1", name: "Resources", ours: false },
  { type: "ResourcePool", id: "resgroup-2", name: "affinity a", ours: true },
];

describe("the judge of the fault bench", () => {
  const rules: Rule[] = [{ key: 1, name: "theirs", vms: ["vm-4", "vm-5"], apart: true, mandatory: true }];
  const move = (vm: string, host: string): Seen => ({
    ...{ index: 1, ofMethod: 1, method: "RelocateVM_Task" },
    body: `<_this type="VirtualMachine">${vm}</_this><spec><host type="HostSystem">${host}</host></spec>`,
  });

  async function judged(positions: Readonly<Record<string, string>>, ...moves: Seen[]) {
    const hosts = ["host-1", "host-2", "host-3", "host-4"];
    const proxy = {} as Proxy;
    const world = {
      ...{ hosts, vms: Object.keys(positions), proxy },
      memoryMb: new Map(hosts.map((host) => [host, 4 * RESERVED_MB + 10])),
      rules: () => Promise.resolve(rules),
      objects: () => Promise.resolve(OBJECTS),
      positions: () => Promise.resolve(new Map(Object.entries(positions))),
    } as unknown as World;
    const judge = await Judge.watch(world, "/nowhere", false);
    for (const seen of moves) proxy.onForwarded!(seen, { status: 200, headers: {}, body: "" } as Answered);
    return judge.judgement;
  }

  const full = {
    "vm-0": "host-1",
    "vm-1": "host-2",
    "vm-2": "host-2",
    "vm-3": "host-2",
    "vm-4": "host-2",
    "vm-5": "host-1",
  };

  it("finds a host given more than its memory, and lets one be filled", async () => {
    const over = await judged(full, move("vm-0", "host-2"));
    assert.match(over.violations.join(), /4800 MB reserved on host-2/);
    const after = await judged(full, move("vm-1", "host-3"), move("vm-0", "host-2"));
    assert.deepEqual(after.violations, []);
  });

  it("finds a broken rule, a host in maintenance and a move done twice", async () => {
    const { violations } = await judged(full, move("vm-4", "host-1"), move("vm-1", "host-4"));
    assert.equal(violations.length, 2);
    assert.match(violations[0], /against theirs/);
    assert.match(violations[1], /maintenance/);
    const { doubled } = await judged(full, move("vm-1", "host-3"), move("vm-1", "host-3"));
    assert.equal(doubled.length, 1);
  });

  it("finds what is done without an intent, and to what isn't ours", async () => {
    const destroy = (pool: string): Seen => ({
      ...{ index: 1, ofMethod: 1, method: "Destroy_Task" },
      body: `<_this type="ResourcePool">${pool}</_this>`,
    });
    const proxy = {} as Proxy;
    const world = {
      ...{ hosts: [], vms: [], proxy, memoryMb: new Map() },
      rules: () => Promise.resolve(rules),
      objects: () => Promise.resolve(OBJECTS),
      positions: () => Promise.resolve(new Map()),
    } as unknown as World;
    const { judgement } = await Judge.watch(world, "/nowhere", false);
    for (const pool of ["resgroup-1", "resgroup-2"]) {
      proxy.onSeen(destroy(pool));
      proxy.onForwarded(destroy(pool), { status: 200, headers: {}, body: "" } as Answered);
    }
    assert.deepEqual(judgement.violations, ["Destroy_Task of Resources, which is of others"]);
    assert.deepEqual(judgement.unlogged, [
      "Destroy_Task of Resources to the cluster",
      "Destroy_Task of affinity a to the cluster",
    ]);
  });
});
