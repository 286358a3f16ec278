import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseYamlFile } from "../../cli/files";
import type { AffinityError } from "../../engine/errors";

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
    ["nesting that would take minutes", "[".repeat(1_000_000)],
    ["nesting by indentation", Array.from({ length: 3000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
    ["a quote left open", 'plan: "x\n'],
  ]) {
    it(`are refused by name: ${name}`, () => {
      assert.throws(() => read(text), { name: "AffinityError", code: "YAML_INVALID", message: /file\.yaml/ });
    });
  }

  it("are read, brackets in texts as many as there may be", () => {
    assert.deepEqual(read(`a: "${"[".repeat(600)}\\" ["\nb: [1]\n`), { a: `${"[".repeat(600)}" [`, b: [1] });
  });

  it("show the first of very many mistakes", () => {
    assert.throws(
      () => read("a: ]\n".repeat(300)),
      (error: AffinityError) => error.problems.length === 20 && /the first 20 of \d+/.test(error.hint ?? ""),
    );
  });
});
