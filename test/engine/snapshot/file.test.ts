import assert from "node:assert/strict";
import { mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { AffinityError } from "../../../engine/errors";
import { FileInventory, parseSnapshot, writeInventory } from "../../../engine/snapshot";
import { temporaryFolder } from "../../testbed";

const snapshot = parseSnapshot(
  {
    schemaVersion: 1,
    source: { kind: "synthetic", name: "vc" },
    takenAt: "2026-01-02T03:04:05.000Z",
    clusters: [],
    hosts: [],
    virtualMachines: [],
    datastores: [{ id: "datastore-1", name: "größer \u2028", capacityMb: 7, freeMb: null }],
  },
  "test",
);

describe("inventory file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  const file = (name: string) => join(folder, name);
  const written = async (name: string, content: string | Buffer) => {
    await writeFile(file(name), content);
    return new FileInventory(file(name)).snapshot();
  };
  const rejects = (promise: Promise<unknown>, code: string, message: RegExp) =>
    assert.rejects(promise, (error: AffinityError) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.ok(error.message.includes(folder), "the message names the file");
      return true;
    });

  for (const name of ["inventory.json", "inventory.json.gz"]) {
    it(`gives back what was written to ${name}, and leaves no draft`, async () => {
      await writeInventory(snapshot, file(name));
      await writeInventory(snapshot, file(name));
      assert.deepEqual(await new FileInventory(file(name)).snapshot(), snapshot);
      assert.deepEqual(await readdir(folder), [name]);
    });
  }

  it("writes equal snapshots as equal bytes, whatever the order of their keys", async () => {
    await writeInventory(snapshot, file("a.json"));
    await writeInventory(Object.fromEntries(Object.entries(snapshot).reverse()) as typeof snapshot, file("b.json"));
    assert.equal(await readFile(file("a.json"), "utf8"), await readFile(file("b.json"), "utf8"));
  });

  it("says that there is no such file", async () => {
    await rejects(new FileInventory(file("none.json")).snapshot(), "INVENTORY_NOT_FOUND", /there is no inventory/);
  });

  it("says that a folder can't be read", async () => {
    await mkdir(file("folder.json"));
    await rejects(new FileInventory(file("folder.json")).snapshot(), "INVENTORY_UNREADABLE", /can't be read/);
  });

  it("says where a file is no JSON", async () => {
    await rejects(
      written("bad.json", '{\n "schemaVersion": 1,\n "hosts": oops\n}'),
      "INVENTORY_CORRUPT",
      /line 3, column 11/,
    );
    await rejects(written("empty.json", " \n"), "INVENTORY_CORRUPT", /empty/);
  });

  it("says that a file is cut short, wherever that is", async () => {
    await writeInventory(snapshot, file("cut.json"));
    const { length } = await readFile(file("cut.json"));
    for (let at = 1; at < length - 1; at += 7) {
      await writeInventory(snapshot, file("cut.json"));
      await truncate(file("cut.json"), at);
      await rejects(
        new FileInventory(file("cut.json")).snapshot(),
        "INVENTORY_CORRUPT",
        /cut short after \d+ characters/,
      );
    }
    const packed = gzipSync(JSON.stringify(snapshot));
    await rejects(
      written("cut.gz", packed.subarray(0, packed.length - 9)),
      "INVENTORY_CORRUPT",
      /gzip data are cut short/,
    );
    await rejects(written("bad.gz", Buffer.from([0x1f, 0x8b, 1, 2, 3])), "INVENTORY_CORRUPT", /bad gzip data/);
  });

  it("lists every violation of the schema with its path", async () => {
    const broken = {
      ...snapshot,
      takenAt: "yesterday",
      datastores: [{ id: "", name: "x", capacityMb: -1, freeMb: 0 }],
    };
    await assert.rejects(written("invalid.json", JSON.stringify(broken)), (error: AffinityError) => {
      assert.equal(error.code, "INVENTORY_INVALID");
      assert.deepEqual(error.problems.map((problem) => problem.path).sort(), [
        "datastores[0].capacityMb",
        "datastores[0].id",
        "takenAt",
      ]);
      return true;
    });
  });

  it("says that it can't write, and leaves nothing behind", async () => {
    await rejects(writeInventory(snapshot, file("missing/inventory.json")), "INVENTORY_UNWRITABLE", /can't be written/);
    await mkdir(file("taken.json"));
    await rejects(writeInventory(snapshot, file("taken.json")), "INVENTORY_UNWRITABLE", /can't be written/);
    assert.deepEqual(await readdir(folder), ["taken.json"]);
  });

  it("reads a file with a byte order mark", async () => {
    assert.deepEqual(await written("bom.json", `\ufeff${JSON.stringify(snapshot)}`), snapshot);
  });
});
