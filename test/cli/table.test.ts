import assert from "node:assert/strict";
import fc from "fast-check";
import { commonDomain, few, inOrderOfInterest, planSummary, planTable } from "../../cli/plan-table";
import { editDistance, nearest } from "../../cli/suggest";
import { printable, renderTable } from "../../cli/table";
import { wrap } from "../../cli/wrap";
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
    assert.match(planTable(plan, { width: 80, all: false }).split("\n")[1], / 1\.0 % +\? +0 %$/);
  });

  it("gives a reason lines of its own on a narrow terminal, once for rows that share it, and cuts nothing off", () => {
    const because = (text: string) => ({ reasons: [{ objective: "hostRisk", text }] });
    const long = "leaves h1: disk latency 9.4 ms, usually 1.0 ms, beyond what its peers show, and rising since Monday";
    const virtualMachines = [
      placedVm("a", "h1", { action: "keep", ...because("stays: no host is better") }),
      placedVm("b", "h2", { action: "move", from: "h1", ...because(long) }),
      placedVm("c", "h2", { action: "move", from: "h1", ...because(long) }),
    ];
    for (const width of [60, 80]) {
      const lines = planTable(planOf({ virtualMachines }), { width, all: true }).split("\n");
      for (const line of lines) assert.ok(line.length <= width, line);
      const text = lines.join(" ").replace(/ +/g, " ");
      assert.match(
        text,
        /move b h2 .* move c h2 .* leaves h1: .* rising since Monday a h1 .* stays: no host is better$/,
      );
      assert.equal(text.split("leaves h1").length, 2);
    }
    const wide = planTable(planOf({ virtualMachines }), { width: 180, all: true }).split("\n");
    assert.deepEqual([wide.length, wide[1].endsWith(long)], [4, true]);
  });

  it("is followed by what the cluster breaks already", () => {
    const unresolved = [
      { constraint: "vm-anti-affinity", text: 'rule "apart" has two VMs on h1', subjects: ["a", "b"] },
    ];
    const summary = planSummary({ ...planOf({ virtualMachines: [placedVm("a", "h1")] }), unresolved });
    assert.match(summary, /^BROKEN ALREADY, vm-anti-affinity: rule "apart" has two VMs on h1 \(a, b\)$/m);
    assert.doesNotMatch(planSummary(planOf({ virtualMachines: [placedVm("a", "h1")] })), /BROKEN/);
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

describe("wrapped text", () => {
  it("keeps every word, and no line is wider but for one that is a single word", () => {
    const text = fc.array(fc.stringMatching(/^[a-z/]{1,30}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 12, max: 60 }),
        fc.constantFrom("", "  ", "      "),
        (words, width, indent) => {
          const lines = wrap(indent + words.join(" "), width, indent);
          assert.deepEqual(lines.join(" ").split(" ").filter(Boolean), words);
          for (const line of lines) {
            assert.ok(line.startsWith(indent));
            assert.ok(line.length <= width || !line.trim().includes(" "), line);
          }
        },
      ),
    );
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
