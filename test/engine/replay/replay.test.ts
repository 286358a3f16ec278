import assert from "node:assert/strict";
import fc from "fast-check";
import { idlePolicy, type RecordedDemand, replay, type ReplayPolicy, type ReplayView } from "../../../engine/replay";
import { createRandom } from "../../../engine/random";
import { CAPACITY_MHZ, demandOf, noisyDemand, smallCluster, START, STEP } from "./cluster";

/** Asks for moves at random, and keeps what it saw. */
function randomPolicy(seed: number, hosts: number, vms: number): ReplayPolicy & { views: ReplayView[] } {
  const random = createRandom(seed, "moves");
  const views: ReplayView[] = [];
  return {
    name: "random",
    views,
    decide(view) {
      views.push(view);
      return Array.from({ length: 12 }, () => ({
        vm: `vm-${random.integer(vms)}`,
        to: `host-${random.integer(hosts)}`,
      }));
    },
  };
}

const worlds = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  hosts: fc.integer({ min: 2, max: 5 }),
  vms: fc.integer({ min: 1, max: 30 }),
});

function worldOf({ seed, hosts, vms }: { seed: number; hosts: number; vms: number }) {
  const random = createRandom(seed, "world");
  const list = Array.from({ length: vms }, (_, v) => ({ host: v % hosts, memoryMb: 1024 * (1 + random.integer(8)) }));
  return { cluster: smallCluster({ hosts, vms: list, hostMemoryMb: 80 * 1024 }), demand: noisyDemand(24, vms, seed) };
}

describe("replay", () => {
  it("without action, counts exactly the slots in which a host is asked for too much", async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (spec) => {
        const { cluster, demand } = worldOf(spec);
        const outcome = await replay(cluster, demand, idlePolicy, { from: 6, every: 3 });
        let minutes = 0;
        for (let slot = 6; slot < 24; slot++) {
          for (let host = 0; host < spec.hosts; host++) {
            let load = 0;
            demand.cpuMhz.forEach((values, v) => (load += v % spec.hosts === host ? values[slot] : 0));
            if (load > CAPACITY_MHZ) minutes += STEP / 60;
          }
        }
        assert.ok(Math.abs(outcome.overloadMinutes - minutes) < 1e-6);
        const byDay = outcome.days.reduce((sum, { overloadMinutes }) => sum + overloadMinutes, 0);
        assert.ok(Math.abs(byDay - minutes) < 1e-6);
        assert.equal(outcome.moves, 0);
        assert.equal(outcome.hostMinutes, 18 * 5 * spec.hosts);
        for (const { id, host } of cluster.snapshot.virtualMachines) assert.equal(outcome.placement[id], host);
      }),
      { numRuns: 30 },
    );
  });

  it("loses no VM, fills no host's memory twice and keeps vMotion's limit, whatever is asked for", async () => {
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(worlds, async (spec) => {
        const { cluster, demand } = worldOf(spec);
        const policy = randomPolicy(spec.seed, spec.hosts, spec.vms);
        // A slow network, so that moves are still under way at the next decision.
        const options = { from: 1, every: 1, migration: { networkGbps: 0.2 } };
        const outcome = await replay(cluster, demand, policy, options);
        moved += outcome.moves;
        const sumOf = (list: readonly { memoryMb: number | null }[]) => list.reduce((sum, vm) => sum + vm.memoryMb!, 0);
        // A host that was too full from the start gets no fuller.
        const initially = (host: string) => cluster.snapshot.virtualMachines.filter((vm) => vm.host === host);
        assert.equal(Object.keys(outcome.placement).length, spec.vms);
        for (const { snapshot, flights } of policy.views) {
          assert.equal(new Set(flights.map(({ vm }) => vm)).size, flights.length);
          for (const { id, memoryMb } of snapshot.hosts) {
            const arriving = new Set(flights.filter(({ to }) => to === id).map(({ vm }) => vm));
            const there = snapshot.virtualMachines.filter((vm) => vm.host === id || arriving.has(vm.id));
            assert.ok(sumOf(there) <= Math.max(memoryMb!, sumOf(initially(id))));
            // A network below 10 Gb/s carries four at once.
            assert.ok(flights.filter(({ from, to }) => from === id || to === id).length <= 4);
          }
          for (const { vm, from } of flights)
            assert.equal(snapshot.virtualMachines.find(({ id }) => id === vm)?.host, from);
        }
      }),
      { numRuns: 30 },
    );
    assert.ok(moved > 100);
  });

  it("shows a policy nothing of the slot that begins, nor of those after it", async () => {
    const { cluster, demand } = worldOf({ seed: 3, hosts: 3, vms: 12 });
    const blind = (from: number): RecordedDemand => ({
      ...demand,
      cpuMhz: demand.cpuMhz.map((values) => values.map((value, slot) => (slot >= from ? 1e6 : value))),
    });
    const seen = async (recorded: RecordedDemand) => {
      const policy = randomPolicy(1, 3, 12);
      await replay(cluster, recorded, policy, { from: 6, every: 3, until: 16 });
      return policy.views.map(({ now, history }) => ({ now, history: history.cpuMhz.map((values) => [...values]) }));
    };
    const [truth, changed] = [await seen(demand), await seen(blind(15))];
    assert.deepEqual(changed, truth);
    for (const { now, history } of truth) assert.equal(history[0].length, (now - START) / STEP);
    const policy = randomPolicy(1, 3, 12);
    await replay(cluster, demand, policy, { from: 6, every: 3 });
    for (const { history } of policy.views)
      for (const values of history.cpuMhz) assert.equal(values.buffer.byteLength, history.grid.length * 8);
  });

  it("loads both hosts while a VM moves, and frees the first when it has moved", async () => {
    const cluster = smallCluster({ hosts: 2, vms: [0, 0, 1].map((host) => ({ host, memoryMb: 8192 })) });
    // 22 GHz on host 0, of 20, until vm-1 has gone; then 19 GHz on host 1, of 20.
    const demand = demandOf(8, (v) => [11_000, 11_000, 8000][v], 3);
    const policy: ReplayPolicy = {
      name: "one move",
      decide: ({ now }) => (now === START + STEP ? [{ vm: "vm-1", to: "host-1" }] : []),
    };
    const outcome = await replay(cluster, demand, policy, { from: 1, every: 1, migration: { networkGbps: 1 } });
    // 8 GB at 1 Gb/s take more than 65 s; host 0 is above its capacity until then.
    assert.ok(outcome.overloadMinutes > 65 / 60 && outcome.overloadMinutes < 2);
    assert.equal(outcome.placement["vm-1"], "host-1");
    const idle = await replay(cluster, demand, idlePolicy, { from: 1, every: 1 });
    assert.equal(idle.overloadMinutes, 35);
    // Each of two VMs lacks 1/11 of its work.
    assert.ok(Math.abs(idle.lostVmMinutes - (35 * 2) / 11) < 1e-9);
  });

  it("refuses a move against a mandatory rule", async () => {
    const rule = { kind: "vmAntiAffinity", key: 1, name: "apart", enabled: true, mandatory: true };
    const vms = [0, 1].map((host) => ({ host, memoryMb: 1024 }));
    const cluster = smallCluster({ hosts: 2, vms, rules: [{ ...rule, virtualMachines: ["vm-0", "vm-1"] }] });
    const policy: ReplayPolicy = { name: "against", decide: () => [{ vm: "vm-0", to: "host-1" }] };
    const outcome = await replay(
      cluster,
      demandOf(4, () => 100, 2),
      policy,
      { from: 1, every: 1 },
    );
    assert.equal(outcome.moves, 0);
    assert.equal(outcome.refused, 3);
  });

  it("holds the newest sample where one is missing, and says for how long", async () => {
    const cluster = smallCluster({ hosts: 1, vms: [{ host: 0, memoryMb: 1024 }] });
    const demand = demandOf(6, (_, slot) => (slot === 0 ? 25_000 : Number.NaN), 1);
    const outcome = await replay(cluster, demand, idlePolicy, { from: 1, every: 1 });
    assert.equal(outcome.overloadMinutes, 25);
    assert.equal(outcome.heldMinutes, 25);
  });

  it("counts a move back within a day", async () => {
    const cluster = smallCluster({ hosts: 2, vms: [{ host: 0, memoryMb: 1024 }] });
    let there = false;
    const policy: ReplayPolicy = {
      name: "to and fro",
      decide: () => [{ vm: "vm-0", to: `host-${Number((there = !there))}` }],
    };
    const outcome = await replay(
      cluster,
      demandOf(5, () => 100, 1),
      policy,
      { from: 1, every: 1 },
    );
    assert.equal(outcome.moves, 4);
    assert.equal(outcome.returns, 3);
  });

  it("refuses slots beyond the recording, and moves of VMs that aren't there", async () => {
    const cluster = smallCluster({ hosts: 1, vms: [{ host: 0, memoryMb: 1024 }] });
    const demand = demandOf(4, () => 1, 1);
    await assert.rejects(replay(cluster, demand, idlePolicy, { from: 1, every: 1, until: 5 }), RangeError);
    await assert.rejects(replay(cluster, demand, idlePolicy, { from: 0, every: 1 }), RangeError);
    const policy: ReplayPolicy = { name: "wild", decide: () => [{ vm: "vm-9", to: "host-0" }] };
    await assert.rejects(replay(cluster, demand, policy, { from: 1, every: 1 }), /vm-9/);
  });
});
