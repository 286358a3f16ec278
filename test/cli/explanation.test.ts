import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { explain, explainScheduledWave, type Explanation } from "../../cli/explanation";
import { Declarations } from "../../engine/journal";
import type { MigrationMove } from "../../engine/planner/migration";
import type { Plan } from "../../engine/planner/plan";
import type { Snapshot } from "../../engine/snapshot";
import { writeInventory } from "../../engine/snapshot/file";
import type { PlannedSchedule } from "../../provider/schedule/inputs";
import { planOf } from "../support/plans";
import { assertUserError, runCli } from "./run-cli";
import { FILES, smallCluster, type SmallCluster } from "./small-cluster";

const move = (vm: string, from: string, to: string, over: Partial<MigrationMove> = {}): MigrationMove => ({
  ...{ vm, id: `id-${vm}`, from, to, fromHostId: `id-${from}`, toHostId: `id-${to}` },
  ...{ startsAfterSeconds: 0, durationSeconds: 40, downtimeMs: 120, streams: 1, stunned: false, gain: 5 },
  ...{ reason: `leaves ${from}` },
  ...over,
});
const wave = (startsAfterSeconds: number, ...moves: MigrationMove[]) => ({
  ...{ startsAfterSeconds, durationSeconds: 40, moves },
});
const planWith = (...waves: ReturnType<typeof wave>[]): Plan => ({
  ...planOf(),
  migration: { waves, unreachable: [{ vm: "stuck", to: "h9", because: "no order leads there" }], makespanSeconds: 80 },
});
const linesOf = (explanation: Explanation) => explanation.lines;

describe("what is said of a wave", () => {
  const plan = planWith(
    wave(0, move("a", "h1", "h2"), move("b", "h1", "h3", { stunned: true })),
    wave(40, move("c", "h4", "h1")),
    wave(7200, move("d", "h5", "h6")),
  );

  it("is five lines: size and time, the moves, why, why then, what holds it back", () => {
    const lines = linesOf(explain(plan, "wave-1"));
    assert.equal(lines.length, 5);
    assert.equal(lines[0], "wave 1 of 3 begins 2023-11-14T22:13:20Z and takes 40 s: 2 moves, all at once");
    assert.match(lines[1], /^moves: a from h1 to h2 \(40 s, 120 ms without CPU\); b from h1 to h3 \(.*slowed down/);
    assert.equal(lines[2], "why: a, b: leaves h1");
    assert.match(lines[3], /^why then: at once/);
    assert.match(lines[4], /a MigrationSchedule would; out of reach: stuck to h9: no order leads there$/);
  });

  it("names the move that makes room for it, and an hour that it waits for", () => {
    assert.match(linesOf(explain(plan, "wave 2"))[3], /after wave 1: h1 is left by a in wave 1, b in wave 1 before c/);
    assert.match(linesOf(explain(plan, "3"))[3], /after wave 2: limits.*; 2023-11-15T00:13:20Z is the first instant/);
  });

  it("a VM or a host of that name goes before a wave", () => {
    const named = { ...plan, virtualMachines: [{ ...plan.virtualMachines[0], vm: "2" }] };
    assert.equal(explain(named, "2").kind, "vm");
    assert.equal(explain(plan, "2").kind, "wave");
  });

  it("says that there is no such wave, or none at all", () => {
    assert.throws(() => explain(plan, "wave-4"), /has no wave 4, its last is wave 3/);
    assert.throws(() => explain(planOf(), "wave-1"), /has no wave 1: it moves nothing/);
  });

  it("of a schedule: what is due, what waits for its window, what finds none", () => {
    const now = 1_700_000_000;
    const scheduled = (startsAt: number, followsAtOnce: boolean, ...moves: MigrationMove[]) => ({
      ...{ startsAt, endsBefore: now + 9000, durationSeconds: 40, followsAtOnce, moves },
    });
    const planned: PlannedSchedule = {
      ...{ source: "vc", clusterId: "c", evidence: "3 moves pay", due: 1 },
      waves: [scheduled(now, false, move("a", "h1", "h2")), scheduled(now + 7200, false, move("c", "h4", "h1"))],
      notScheduled: [{ vms: ["e"], because: "no window is open for so long" }],
    };
    const [due, later] = [1, 2].map((n) => linesOf(explainScheduledWave("p/s/nightly", planned, n, now)));
    assert.match(due[0], /^wave 1 of 2 of p\/s\/nightly begins/);
    assert.match(
      due[4],
      /nothing: the next `vsphere-affinity apply` runs it; it must have ended by 2023-11-15T00:43:20Z/,
    );
    assert.match(later[3], /; 2023-11-15T00:13:20Z is the first instant that its window/);
    assert.match(later[4], /until 2023-11-15T00:13:20Z;.*without a wave: e: no window is open for so long$/);
    const none = { ...planned, waves: [], due: 0, notScheduled: [], evidence: "below the thresholds: so and so" };
    assert.throws(() => explainScheduledWave("nightly", none, 1, now), /has no wave 1: below the thresholds/);
  });
});

describe("explain a wave, at the command line", function () {
  this.timeout(60_000);
  let cluster: SmallCluster;
  const cli = (...args: string[]) => runCli(args, { cwd: cluster.folder });

  before(async () => {
    cluster = await smallCluster();
    // All VMs on one host, which is in maintenance: there is something to move.
    const { snapshot } = cluster;
    const crowded: Snapshot = {
      ...snapshot,
      hosts: snapshot.hosts.map((host) => ({ ...host, maintenance: host.id === "host-1" })),
      virtualMachines: snapshot.virtualMachines.map((vm) => ({ ...vm, host: "host-1" })),
    };
    await writeInventory(crowded, join(cluster.folder, "inventory.json"));
    const state = {
      ...{ owner: "shop/one/nightly", cluster: "production", settings: {} },
      windows: [{ recurrence: "FREQ=DAILY;BYHOUR=2;BYMINUTE=0", durationMinutes: 60, timeZone: "UTC" }],
    };
    const key = `${snapshot.source.name}/domain-c1`;
    await new Declarations(join(cluster.folder, "journal.duckdb")).save({
      ...{ owner: "shop/one/nightly", kind: "MigrationSchedule", cluster: key, state },
    });
  });

  it("of a saved plan, in words and as JSON with every move", async () => {
    await cli("plan", ...FILES, "--save", "plan.json");
    const plan = JSON.parse(await readFile(join(cluster.folder, "plan.json"), "utf8")) as Plan;
    const text = await cli("explain", "wave-1", "--plan", "plan.json");
    assert.equal(text.code, 0, text.stderr);
    assert.equal(text.stdout.trimEnd().split("\n").length, 5);
    const json = await cli("explain", "wave-1", "--plan", "plan.json", "--json");
    const { kind, subject } = JSON.parse(json.stdout) as { kind: string; subject: { moves: MigrationMove[] } };
    assert.equal(kind, "wave");
    assert.deepEqual(subject.moves, plan.migration?.waves[0].moves);
  });

  it("of a declared schedule, planned as its next run would", async () => {
    const args = [...FILES, "--journal", "journal.duckdb"];
    const { code, stdout, stderr } = await cli("explain", "nightly#1", ...args, "--json");
    assert.equal(code, 0, stderr);
    const { subject } = JSON.parse(stdout) as { subject: { schedule: string; startsAt: number; endsBefore: number } };
    assert.equal(subject.schedule, "shop/one/nightly");
    assert.equal(subject.endsBefore % 86_400, 3 * 3600, "the window that it runs in closes at three");
    const unknown = await cli("explain", "weekly#1", ...args);
    assertUserError(unknown, "SUBJECT_NOT_FOUND", 'no MigrationSchedule "weekly"', "there is shop/one/nightly");
    assertUserError(await cli("explain", "nightly#99", ...args), "SUBJECT_NOT_FOUND", "has no wave 99");
  });

  it("refuses a schedule that the journal does not have", async () => {
    const result = await cli("explain", "nightly#1", ...FILES, "--journal", "none.duckdb");
    assertUserError(result, "SUBJECT_NOT_FOUND", "declares one: give that stack's journal");
  });
});
