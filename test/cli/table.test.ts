import assert from "node:assert/strict";
import fc from "fast-check";
import { commonDomain, few, inOrderOfInterest, planTable } from "../../cli/plan-table";
import { editDistance, nearest } from "../../cli/suggest";
import { printable, renderTable } from "../../cli/table";
import { placedVm, planOf } from "../support/plans";

const COLUMNS = [
  { title: "NAME", min: 6 },
  { title: "N", align: "right" as const },
  { title: "WHY", fill: true },
];

describe("tables", () => {
  it("are never wider than asked, whatever they hold", () => {
    const cell = fc.string({ maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, fc.nat(999).map(String), cell)),
        fc.integer({ min: 40, max: 120 }),
        (rows, width) => {
          const lines = renderTable(COLUMNS, rows, width).split("\n");
          assert.equal(lines.length, rows.length + 1);
          for (const line of lines) assert.ok(line.length <= width, `${line.length} > ${width}: ${line}`);
        },
      ),
    );
  });

  it("show what fits in full, and end the rest in an ellipsis", () => {
    const text = renderTable(COLUMNS, [["a", "1", "x".repeat(200)]], 40);
    assert.match(text.split("\n")[1], /^a +1 {2}x+…$/);
    assert.equal(renderTable(COLUMNS, [["web-1", "12", "room"]], 80), "NAME    N  WHY\nweb-1  12  room");
  });

  it("let no control character of a name through", () => {
    assert.equal(printable("a\u001b[31mb\nc\u009b"), "a�[31mb�c�");
  });
});

describe("the plan's table", () => {
  const machines = [
    placedVm("calm", "h1", { action: "keep", risk: 0.01 }),
    placedVm("risky", "h1", { action: "keep", risk: 0.2 }),
    placedVm("moves", "h2", { action: "move", from: "h1" }),
    placedVm("fresh", "h2"),
  ];

  it("shows new VMs first, then those that move, then the riskiest", () => {
    assert.deepEqual(
      inOrderOfInterest(machines).map(({ vm }) => vm),
      ["fresh", "moves", "risky", "calm"],
    );
  });

  it("shows forty changes, else twenty VMs, and all with --all alone", () => {
    const stay = Array.from({ length: 25 }, (_, i) => placedVm(`old-${i}`, "h1", { action: "keep" }));
    const plan = (fresh: number) =>
      planOf({ virtualMachines: [...Array.from({ length: fresh }, (_, i) => placedVm(`new-${i}`, "h1")), ...stay] });
    const table = (fresh: number, all = false) => planTable(plan(fresh), { width: 140, all }).split("\n");
    assert.equal(table(50).length, 42);
    assert.equal(table(50).at(-1), "... and 35 more: 10 to place, 0 to move, 25 stay (--all shows them)");
    assert.equal(table(3).length, 22);
    assert.equal(table(50, true).length, 76);
  });

  it("says nothing of a figure that is not known", () => {
    const plan = planOf({ virtualMachines: [placedVm("a", "h1", { headroom: { cpu: null, memory: 0 } })] });
    assert.match(planTable(plan, { width: 80, all: false }).split("\n")[1], / 1\.0 % +\? +0 % /);
  });

  it("leaves out the hosts' domain where all share it", () => {
    assert.equal(commonDomain(["a.lab.example", "b.lab.example"]), ".lab.example");
    assert.equal(commonDomain(["a.lab.example", "b.other.example"]), "");
    assert.equal(commonDomain(["a.lab.example", "b"]), "");
    assert.equal(commonDomain(["10.0.0.1", "11.0.0.1"]), "", "an address has no domain");
  });

  it("names a few subjects and counts the rest", () => {
    assert.equal(few(["a", "b"]), "a, b");
    assert.equal(few(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
  });
});

describe("suggestions", () => {
  it("count edits, a swap of neighbours being one", () => {
    assert.deepEqual([editDistance("seed", "seed"), editDistance("sede", "seed"), editDistance("", "abc")], [0, 1, 3]);
  });

  it("offer the nearest word, and none that is far", () => {
    assert.equal(nearest("inventry", ["vcenter", "inventory"]), "inventory");
    assert.equal(nearest("zzzzzz", ["vcenter", "inventory"]), undefined);
  });
});
