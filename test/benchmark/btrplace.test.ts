import assert from "node:assert/strict";
import { checkReconfiguration } from "../../benchmark/btrplace/check";
import { reconfigure } from "../../benchmark/btrplace/solve";
import { AffinityError } from "../../engine/errors";
import { fewestMigrations, randomInstance } from "./btrplace-instances";

const INSTANCES = 120;

describe("benchmark btrplace", () => {
  it("keeps every constraint, with the fewest migrations that any placement has", () => {
    let [solved, impossible] = [0, 0];
    for (let seed = 1; seed <= INSTANCES; seed++) {
      const instance = randomInstance(seed);
      const fewest = fewestMigrations(instance);
      let result;
      try {
        result = reconfigure(instance);
      } catch (error) {
        assert.ok(error instanceof AffinityError && error.code === "BTRPLACE_UNSUPPORTED", String(error));
        continue;
      }
      const { actions, left, broken, leastMoves } = result;
      const wrong = checkReconfiguration(instance, actions);
      if (left.length > 0 || broken > 0) {
        assert.equal(fewest, null, `${seed}: given up, and ${fewest} migrations would do`);
        impossible++;
        continue;
      }
      assert.deepEqual(wrong, [], `${seed}`);
      const moved = new Set(actions.flatMap((action) => (action.kind === "migrateVM" ? [action.vm] : [])));
      assert.equal(moved.size, fewest, `${seed}: VMs migrated`);
      assert.ok(leastMoves <= fewest!, `${seed}: the bound ${leastMoves} is above ${fewest}`);
      solved++;
    }
    assert.ok(solved > 90 && impossible > 5, `${solved} solved, ${impossible} impossible`);
  });

  it("finds fault with a plan that breaks what it must keep", () => {
    const instance = {
      model: {
        mapping: {
          readyVMs: [],
          onlineNodes: {
            1: { runningVMs: [10], sleepingVMs: [] },
            2: { runningVMs: [11], sleepingVMs: [] },
            3: { runningVMs: [12], sleepingVMs: [] },
          },
          offlineNodes: [],
        },
        attributes: { vms: {}, nodes: {} },
        views: [
          {
            id: "shareableResource",
            rcId: "memory",
            defConsumption: 4,
            defCapacity: 9,
            vms: {},
            nodes: {},
          },
        ],
      },
      constraints: [
        { id: "spread" as const, vms: [10, 11], continuous: true },
        { id: "offline" as const, node: 1, continuous: false },
      ],
    };
    const away = (to: number, start = 0) => ({
      kind: "migrateVM" as const,
      vm: 10,
      from: 1,
      to,
      start,
      end: start + 1,
    });
    const off = (start: number) => ({ kind: "shutdownNode" as const, node: 1, start, end: start + 1 });
    assert.deepEqual(checkReconfiguration(instance, [away(3), off(1)]), []);
    const faults = (actions: Parameters<typeof checkReconfiguration>[1]) =>
      checkReconfiguration(instance, actions).join("; ");
    assert.match(faults([away(2), off(1)]), /spread: two VMs on node 2/);
    assert.match(faults([away(3), off(0)]), /node 1 is shut down with VMs on it/);
    assert.match(faults([away(3)]), /offline: node 1 is online/);
    const crowd = [away(3), { kind: "migrateVM" as const, vm: 11, from: 2, to: 3, start: 0, end: 1 }, off(1)];
    assert.match(faults(crowd), /node 3 has 12 of 9 memory/);
  });
});
