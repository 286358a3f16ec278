import assert from "node:assert/strict";
import { Judge } from "../../benchmark/faults/judge";
import type { Answered, Proxy, Seen } from "../../benchmark/faults/proxy";
import { RESERVED_MB, type Rule, type World } from "../../benchmark/faults/world";

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
      positions: () => Promise.resolve(new Map(Object.entries(positions))),
    } as unknown as World;
    const judge = await Judge.watch(world, "/nowhere", { rules: [], onFailure: "stop", concurrency: 1 });
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
});
