import assert from "node:assert/strict";
import fc from "fast-check";
import { openPlainDevice } from "../../../../engine/compute/devices/plain";
import { type Plan, planPlacement, planRequestSchema } from "../../../../engine/planner";
import { makeWorld, type WorldSpec } from "../world";

async function planOf(spec: WorldSpec): Promise<Plan> {
  const { request, snapshot, assessment } = makeWorld(spec);
  return planPlacement(request, snapshot, snapshot.clusters[0], assessment, { device: openPlainDevice() });
}

/** One host that is hot and safe, one that is idle and may fail: contention and risk pull in opposite directions. */
const torn = (config: Record<string, unknown>, vms: WorldSpec["vms"]): WorldSpec => ({
  hosts: [
    { name: "safe", cores: 16, failure: 0.001 },
    { name: "risky", cores: 16, failure: 0.06 },
  ],
  vms,
  request: { include: "all", config: { maxMoves: 10, ...config } },
});

const hot = [{ name: "hot", count: 5, on: "safe", cpuMhz: 9000, memoryGb: 4 }];

describe("objectiveOrder", () => {
  it("keeps VMs off a host that may fail, whatever contention says", async () => {
    const weights = { contention: 100, hostRisk: 1 };
    const byWeight = await planOf(torn({ weights }, hot));
    assert.ok(byWeight.moves.length > 0);
    const byRank = await planOf(torn({ weights, objectiveOrder: ["hostRisk", "contention"] }, hot));
    assert.deepEqual(byRank.moves, []);
  });

  it("places a new VM by rank", async () => {
    const weights = { contention: 100, hostRisk: 1 };
    const wish = (config: Record<string, unknown>): WorldSpec => {
      const world = torn(config, hot);
      return {
        ...world,
        request: { ...world.request, include: "none", virtualMachines: [{ name: "new", vcpus: 4, memoryMb: 4096 }] },
      };
    };
    const hostOf = (plan: Plan) => plan.virtualMachines.find(({ vm }) => vm === "new")?.host;
    assert.equal(hostOf(await planOf(wish({ weights }))), "risky");
    assert.equal(hostOf(await planOf(wish({ weights, objectiveOrder: ["hostRisk"] }))), "safe");
  });

  it("never makes the first worse than it is", async () => {
    const order = fc.constantFrom(
      ["hostRisk", "contention", "balance"],
      ["contention", "hostRisk"],
      ["balance", "contention"],
    );
    const loads = fc.array(fc.tuple(fc.constantFrom("safe", "risky"), fc.integer({ min: 0, max: 12_000 })), {
      minLength: 2,
      maxLength: 10,
    });
    let moves = 0;
    await fc.assert(
      fc.asyncProperty(order, loads, async (objectiveOrder, list) => {
        const vms = list.map(([on, cpuMhz], i) => ({ name: `vm-${i}`, on, cpuMhz, memoryGb: 2 }));
        const { cost, moves: made } = await planOf(torn({ objectiveOrder }, vms));
        moves += made.length;
        assert.ok(cost.after[objectiveOrder[0]] <= cost.before[objectiveOrder[0]]);
      }),
      { numRuns: 100, seed: 5 },
    );
    assert.ok(moves > 50, `only ${moves} moves`);
  });

  it("names no objective twice, and none that there isn't", () => {
    const parse = (objectiveOrder: string[]) =>
      planRequestSchema.safeParse({ cluster: "c", asOf: 1, config: { objectiveOrder } }).success;
    assert.equal(parse(["hostRisk", "contention"]), true);
    assert.equal(parse(["hostRisk", "hostRisk"]), false);
    assert.equal(parse(["speed"]), false);
  });
});
