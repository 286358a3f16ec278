import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plan } from "../../engine/planner/plan";
import { writeInventory } from "../../engine/snapshot/file";
import { openJournal } from "../../engine/journal";
import { runCli } from "./run-cli";
import { FILES, smallCluster, type SmallCluster } from "./small-cluster";

describe("plan, explain, drift, import and doctor", function () {
  this.timeout(60_000);
  let cluster: SmallCluster;
  let plan: Plan;
  const path = (name: string) => join(cluster.folder, name);
  const cli = (...args: string[]) => runCli(args, { cwd: cluster.folder });

  before(async () => {
    cluster = await smallCluster();
    const request = {
      virtualMachines: [{ name: "new-1", vcpus: 2, memoryMb: 4096 }],
      groups: [{ name: "pair", kind: "apart", members: ["app-1", "app-2"] }],
      include: "all",
    };
    await writeFile(path("request.yaml"), JSON.stringify(request));
    const made = await cli("plan", ...FILES, "--request", "request.yaml", "--save", "plan.json", "--json");
    assert.equal(made.code, 2, made.stderr);
    assert.equal(made.stderr, "", "with --json standard error is for the error alone");
    plan = JSON.parse(made.stdout) as Plan;
  });

  it("plan gives 0 where nothing is to do, and 2 where a VM is to be placed", async () => {
    const idle = await cli("plan", ...FILES);
    assert.equal(idle.code, 0, idle.stderr);
    assert.match(idle.stdout, /^ *VM +HOST +RISK/);
    assert.match(idle.stderr, /0 to place, 0 to move, 8 stay/);
    const busy = await cli("plan", ...FILES, "--request", "request.yaml");
    assert.equal(busy.code, 2, busy.stderr);
    assert.match(busy.stdout.split("\n")[1], /^new +new-1 +esx-\d/);
    for (const line of busy.stdout.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("plan is the same on every device and in the file it saves", async () => {
    assert.deepEqual(JSON.parse(await readFile(path("plan.json"), "utf8")), plan);
    const other = await cli("plan", ...FILES, "--request", "request.yaml", "--device", "cpu", "--json");
    assert.deepEqual(JSON.parse(other.stdout), plan);
  });

  it("plan gives the best so far at its time limit, and says that it does", async () => {
    const cut = await cli(
      "plan",
      ...FILES,
      "--request",
      "request.yaml",
      "--time-limit",
      "0.000001",
      "--save",
      "cut.json",
    );
    assert.equal(cut.code, 2, cut.stderr);
    assert.match(
      cut.stderr,
      /the time limit ended the search; this is the best plan until then: it costs \d+, and none/,
    );
    const saved = JSON.parse(await readFile(path("cut.json"), "utf8")) as Plan;
    assert.equal(saved.search?.endedBy, "timeLimit");
    assert.equal(saved.virtualMachines.length, plan.virtualMachines.length);
    const ample = await cli("plan", ...FILES, "--request", "request.yaml", "--time-limit", "600", "--json");
    assert.deepEqual(JSON.parse(ample.stdout), plan);
  });

  it("explain tells of a VM and of a host in five lines, from a file or anew", async () => {
    const placed = plan.virtualMachines.find(({ vm }) => vm === "new-1")!;
    const vm = await cli("explain", "new-1", "--plan", "plan.json");
    assert.equal(vm.code, 0, vm.stderr);
    const lines = vm.stdout.trimEnd().split("\n");
    assert.equal(lines.length, 5);
    assert.equal(lines[0], `new-1 is placed on ${placed.host}`);
    assert.ok(lines[1].includes(placed.reasons[0].text));
    assert.ok(lines[3].includes(placed.runnersUp[0].host));
    const fresh = await cli("explain", "esx-2", ...FILES, "--json");
    assert.equal(fresh.code, 0, fresh.stderr);
    const { kind, lines: hostLines } = JSON.parse(fresh.stdout) as { kind: string; lines: string[] };
    assert.deepEqual([kind, hostLines.length], ["host", 5]);
  });

  it("explain --costs adds a row for every host: its cost by objective, or what rules it out", async () => {
    const { code, stdout, stderr } = await cli("explain", "new-1", ...FILES, "--request", "request.yaml", "--costs");
    assert.equal(code, 0, stderr);
    const placed = plan.virtualMachines.find(({ vm }) => vm === "new-1")!;
    const rows = stdout.trimEnd().split("\n").slice(7);
    assert.deepEqual(rows.map((row) => row.split(/ +/)[0]).sort(), plan.hosts.map(({ name }) => name).sort());
    assert.ok(rows[0].startsWith(placed.host) && rows[0].endsWith("chosen"), rows[0]);
    assert.ok(rows[1].startsWith(placed.runnersUp[0].host), rows[1]);
    const json = await cli("explain", "new-1", ...FILES, "--request", "request.yaml", "--costs", "--json");
    const { subject } = JSON.parse(json.stdout) as { subject: Plan["virtualMachines"][number] };
    const next = subject.costs?.[1];
    assert.deepEqual(
      [next?.host, next?.extraCost, next?.byObjective],
      [placed.runnersUp[0].host, placed.runnersUp[0].extraCost, placed.runnersUp[0].byObjective],
    );
    const saved = await cli("explain", "new-1", "--plan", "plan.json", "--costs");
    assert.deepEqual([saved.code, /leave out --plan/.test(saved.stderr)], [1, true], saved.stderr);
    const unknown = await cli("explain", "new-9", ...FILES, "--request", "request.yaml", "--costs");
    assert.match(unknown.stderr, /SUBJECT_NOT_FOUND/);
  });

  it("drift is clean where all is as planned, and names each class where it isn't", async () => {
    const idle = await cli("plan", ...FILES, "--save", "idle.json", "--json");
    assert.equal(idle.code, 0);
    const clean = await cli("drift", "--plan", "idle.json", "--inventory", "inventory.json");
    assert.equal(clean.code, 0, clean.stderr);

    const { snapshot } = cluster;
    const machines = snapshot.virtualMachines
      .filter((vm) => vm.name !== "app-5")
      .map((vm) =>
        vm.name === "app-1" ? { ...vm, host: "host-3" } : vm.name === "app-8" ? { ...vm, host: null } : vm,
      );
    const hosts = snapshot.hosts.map((host) => (host.id === "host-2" ? { ...host, maintenance: true } : host));
    await writeInventory({ ...snapshot, virtualMachines: machines, hosts }, path("later.json"));
    const args = ["drift", "--plan", "idle.json", "--inventory", "later.json", "--request", "request.yaml"];
    const drifted = await cli(...args, "--json");
    assert.equal(drifted.code, 2, drifted.stderr);
    const { drift } = JSON.parse(drifted.stdout) as { drift: { class: string; subject: string }[] };
    assert.deepEqual(
      drift.map((item) => [item.class, item.subject]),
      [
        ["vm-moved", "app-1"],
        ["vm-missing", "app-5"],
        ["vm-unplaced", "app-8"],
        ["host-unavailable", "esx-2"],
        ["rule-missing", "pair"],
      ],
    );
    const text = await cli(...args);
    assert.equal(text.code, 2);
    assert.match(text.stdout, /vm-moved +app-1 +on esx-1 +on esx-3/);
  });

  it("drift finds a plan in the journal by its digest", async () => {
    await openJournal(path("journal.duckdb")).savePlan(plan);
    const args = ["drift", "--journal", "journal.duckdb", "--inventory", "inventory.json", "--plan"];
    const found = await cli(...args, plan.digest);
    assert.equal(found.code, 2, found.stderr);
    assert.match(found.stdout, /vm-missing +new-1/);
    const absent = await cli(...args, plan.digest.replace(/./g, "0"));
    assert.equal(absent.code, 1);
    assert.match(absent.stderr, /PLAN_NOT_FOUND/);
  });

  it("drift takes the journal's newest plan of the cluster, tells a move not made yet, and what was broken already", async () => {
    const journal = ["--journal", "newest.duckdb", "--inventory", "inventory.json"];
    const none = await cli("drift", ...journal);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /no plan for cluster production \[PLAN_NOT_FOUND\][^]*--plan/);
    const idle = await cli("plan", ...FILES, "--json");
    const older = JSON.parse(idle.stdout) as Plan;
    const moved = older.virtualMachines.map((placed) =>
      placed.vm === "app-1" ? { ...placed, action: "move", host: "esx-2", hostId: "host-2", from: "esx-1" } : placed,
    ) as Plan["virtualMachines"];
    const move = { vm: "app-1", id: "vm-1", fromHostId: "host-1", toHostId: "host-2", from: "esx-1", to: "esx-2" };
    const unresolved = [{ constraint: "vm-anti-affinity", text: "two of a pair on one host", subjects: ["app-3"] }];
    const newer = { ...older, digest: "1".repeat(64), virtualMachines: moved, unresolved };
    await openJournal(path("newest.duckdb")).savePlan(older);
    await openJournal(path("newest.duckdb")).savePlan({ ...newer, moves: [{ ...move, gain: 1, reason: "room" }] });
    const found = await cli("drift", ...journal);
    assert.equal(found.code, 2, found.stderr);
    assert.match(found.stdout, /move-pending +app-1 +on esx-2 +still on esx-1/);
    assert.match(
      found.stdout,
      /has left plan 111111111111 of .* in 1 place\nBROKEN ALREADY, vm-anti-affinity: two of a pair/,
    );
    const json = await cli("drift", ...journal, "--cluster", "production", "--json");
    assert.deepEqual((JSON.parse(json.stdout) as { unresolved: unknown }).unresolved, unresolved);
    assert.equal((await cli("drift", ...journal, "--cluster", "prodcution")).code, 1);
  });

  it("explain adds what is broken already to the five lines of those concerned", async () => {
    const unresolved = [{ constraint: "host-state", text: "esx-1 is in maintenance", subjects: ["app-1", "esx-1"] }];
    await writeFile(path("broken.json"), JSON.stringify({ ...plan, unresolved }));
    for (const [name, lines] of [
      ["app-1", 6],
      ["esx-1", 6],
      ["app-2", 5],
    ] as const) {
      const { stdout } = await cli("explain", name, "--plan", "broken.json");
      assert.equal(stdout.trimEnd().split("\n").length, lines, stdout);
    }
  });

  it("import maps a table's columns, and doubles nothing when run again", async () => {
    const rows = Array.from({ length: 48 }, (_, hour) => `${1_772_236_800 + hour * 3600},vm-1,${hour + 0.5},${hour}`);
    await writeFile(path("trace.csv"), ["when,machine,mhz,gib", ...rows].join("\n"));
    const mapping = ["time=when", "id=machine", "vmCpuMhz=mhz", "vmMemoryActiveMb=gib*1024"];
    const maps = mapping.flatMap((pair) => ["--map", pair]);
    const args = ["import", "trace.csv", "copy.duckdb", "--vcenter", "vc.example.com", ...maps, "--json"];
    const first = await cli(...args);
    assert.equal(first.code, 0, first.stderr);
    const counts = ({ stdout }: { stdout: string }) => {
      const { samples, added } = JSON.parse(stdout) as { samples: number; added: number };
      return [samples, added];
    };
    assert.deepEqual(counts(first), [96, 96]);
    assert.deepEqual(counts(await cli(...args)), [96, 0]);
    const before = await readFile(path("inventory.json"), "utf8");
    const swapped = await cli("import", "trace.csv", "inventory.json", "--vcenter", "vc.example.com", ...maps);
    assert.equal(swapped.code, 1);
    assert.match(swapped.stderr, /"inventory\.json" is there already, and is not a DuckDB file \[FILE_UNWRITABLE\]/);
    assert.equal(await readFile(path("inventory.json"), "utf8"), before);
    const bare = await cli("import", "trace.csv", "copy.duckdb");
    assert.equal(bare.code, 1);
    assert.match(bare.stderr, /TELEMETRY_MAPPING_INVALID/);
    const typo = await cli("import", "trace.csv", "copy.duckdb", "--map", "vmCpuMhzz=mhz", "--map", "x");
    assert.match(typo.stderr, /did you mean "vmCpuMhz"\?/);
    assert.match(typo.stderr, /give it as key=column/);
  });

  it("doctor checks every part, and fails where one is wrong", async () => {
    const well = await cli("doctor", ...FILES, "--json");
    assert.equal(well.code, 0, well.stdout);
    const { checks } = JSON.parse(well.stdout) as { checks: { name: string; status: string; detail: string }[] };
    const status = new Map(checks.map((check) => [check.name, check]));
    assert.equal(status.get("inventory")?.status, "ok");
    assert.match(status.get("metric vmCpuMhz")?.detail ?? "", /^8 of 8 VMs that run \(100 %\)/);
    assert.equal(status.get("metric hostCpuMhz")?.status, "warning");
    assert.match(status.get("device plain")?.detail ?? "", /self-test passed/);
    assert.ok(status.has("pulumi"));
    const text = await cli("doctor", ...FILES);
    assert.match(text.stdout, /^ok {7}metric vmCpuMhz: /m);
    assert.match(text.stdout, /^warning {2}telemetry: few samples or none of \d+ more metrics: .*hostCpuMhz/m);
    assert.doesNotMatch(text.stdout, /^\w+ +metric hostCpuMhz/m);
    const ill = await cli("doctor", "--inventory", "absent.json");
    assert.equal(ill.code, 1);
    assert.match(ill.stdout, /^ERROR +inventory: .*absent\.json\n +-> /m);
  });

  it("stops at Ctrl-C with exit code 1 and one word", async () => {
    await rm(path("stopped.json"), { force: true });
    const result = await runCli(["plan", ...FILES, "--save", "stopped.json"], {
      cwd: cluster.folder,
      interruptAt: /reading the inventory/,
    });
    assert.equal(result.code, 1, result.stdout);
    assert.match(result.stderr, /interrupted\n$/);
    assert.doesNotMatch(result.stderr, /INTERNAL|^\s+at /m);
  });
});
