import assert from "node:assert/strict";
import type { Snapshot } from "../../engine/snapshot";
import { forgetInventory, readShared, sharingInventory } from "../../provider/shared-inventory";

describe("the inventory of a run", () => {
  let reads: number;
  beforeEach(() => (reads = 0));
  const read = (told: string[] = [], fails = false) =>
    readShared(
      "vc",
      (onWarning) => {
        reads++;
        onWarning("a host can't be seen");
        return fails
          ? Promise.reject(new Error("unreachable"))
          : Promise.resolve({ takenAt: reads } as unknown as Snapshot);
      },
      (warning) => told.push(warning),
    );

  it("is read anew for everyone where nobody shares it", async () => {
    const told: string[] = [];
    assert.notEqual(await read(told), await read(told));
    assert.deepEqual([reads, told.length], [2, 2]);
  });

  it("is read once for all of a run, and tells each what it lacks", async () => {
    const told: string[] = [];
    await sharingInventory(async () => {
      const [one, two] = await Promise.all([read(told), sharingInventory(() => read(told))]);
      assert.equal(one, two);
      assert.equal(await read(told), one);
    });
    assert.deepEqual([reads, told.length], [1, 3]);
    await sharingInventory(() => read());
    assert.equal(reads, 2);
  });

  it("is read anew once it may have changed", async () => {
    await sharingInventory(async () => {
      const before = await read();
      forgetInventory();
      assert.notEqual(await read(), before);
    });
  });

  it("is asked for again where it could not be read", async () => {
    await sharingInventory(async () => {
      await assert.rejects(read([], true), /unreachable/);
      await read();
    });
    assert.equal(reads, 2);
  });
});
