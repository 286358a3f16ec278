import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ModelStore } from "../../../engine/models/store";

const schema = z.strictObject({ version: z.literal(2), weights: z.array(z.number()) });

describe("model store", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "models-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("gives back what was saved, and leaves nothing else in the folder", async () => {
    const store = new ModelStore(join(folder, "deep"));
    const file = { version: 2 as const, weights: [1, 0.1, -1e-300] };
    await store.save("failure/host", file);
    await store.save("failure/host", file);
    assert.deepEqual(await store.load("failure/host", schema), { file });
    assert.deepEqual(await readdir(join(folder, "deep/failure")), ["host.json"]);
  });

  it("says why a model can't serve: absent, damaged, or of another version", async () => {
    const store = new ModelStore(folder);
    const because = async (name: string) => {
      const found = await store.load(name, schema);
      assert.equal(found.file, null);
      return "because" in found ? found.because : "";
    };
    assert.match(await because("demand"), /there is no trained model .*demand\.json/);
    await writeFile(join(folder, "cut.json"), '{"version":2,"weig');
    assert.match(await because("cut"), /damaged/);
    await writeFile(join(folder, "old.json"), '{"version":1,"weights":[]}');
    assert.match(await because("old"), /another version/);
  });

  it("refuses by name where it can't write", async () => {
    await writeFile(join(folder, "file"), "");
    await assert.rejects(new ModelStore(join(folder, "file")).save("demand", {}), { code: "MODEL_NOT_SAVED" });
  });
});
