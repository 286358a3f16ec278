import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseYamlFile } from "../../cli/files";

describe("YAML files", () => {
  const folder = mkdtempSync(join(tmpdir(), "yaml-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const read = (text: string): unknown => {
    const path = join(folder, "file.yaml");
    writeFileSync(path, text);
    return parseYamlFile(path, "configuration");
  };
  const bomb = ["a0: &a0 [x, x]", ...[1, 2, 3, 4, 5, 6].map((i) => `a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}x]`)];

  it("are read, aliases as well", () => {
    assert.deepEqual(read("a: &x [1]\nb: *x\n"), { a: [1], b: [1] });
  });

  for (const [name, text] of [
    ["an alias to nothing", "plan: *nobody\n"],
    ["an alias bomb", bomb.join("\n")],
    ["nesting without end", `plan: ${"[".repeat(5_000)}`],
    ["a quote left open", 'plan: "x\n'],
  ]) {
    it(`are refused by name: ${name}`, () => {
      assert.throws(() => read(text), { name: "AffinityError", code: "YAML_INVALID", message: /file\.yaml/ });
    });
  }
});
