import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { packageRoot } from "../../../cli/package-info";
import { CONSTRAINTS } from "../../../engine/planner/constraints";
import { OBJECTIVES } from "../../../engine/planner/objectives";
import { planRequestSchema, weightsSchema } from "../../../engine/planner/request";
import { constraintsPage, objectivesPage } from "./pages";

describe("the planner's pages", () => {
  for (const [name, page] of [
    ["constraints", constraintsPage],
    ["objectives", objectivesPage],
  ] as const) {
    it(`docs/${name}.md says what the modules say`, () => {
      const path = join(packageRoot(), `docs/${name}.md`);
      if (process.env.WRITE_DOCS) writeFileSync(path, page());
      assert.equal(readFileSync(path, "utf8"), page(), "write it anew: WRITE_DOCS=1 npm test");
    });
  }

  it("docs/placement.md shows rules and relations that are valid", () => {
    const page = readFileSync(join(packageRoot(), "docs/placement.md"), "utf8");
    const blocks = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, code]) => parse(code) as object);
    const shown = blocks.filter((block) => "rules" in block);
    assert.equal(shown.length, 1);
    const virtualMachines = [{ name: "vm", vcpus: 1, memoryMb: 1 }];
    planRequestSchema.parse({ cluster: "c", asOf: 1, virtualMachines, ...shown[0] });
  });

  it("has a weight for every objective, and an objective for every weight", () => {
    assert.deepEqual(OBJECTIVES.map(({ name }) => name).sort(), Object.keys(weightsSchema.shape).sort());
  });

  it("names every module once", () => {
    const names = CONSTRAINTS.map(({ name }) => name);
    assert.deepEqual([...new Set(names)], names);
    for (const name of names) assert.match(name, /^[a-z]+(-[a-z]+)*$/);
  });
});
