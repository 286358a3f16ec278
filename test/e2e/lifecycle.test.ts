import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { openJournal } from "../../engine/journal";
import { type Snapshot } from "../../engine/snapshot";
import { writeInventory } from "../../engine/snapshot/file";
import { TelemetryWriter } from "../../engine/telemetry/writer";
import { END, smallCluster } from "../cli/small-cluster";
import { needs } from "../testbed";
import { setPlacements, writeProgram } from "./program";
import { ok, type Project, projectIn, type Ran } from "./project";

const VCENTER = "vc.example.com";
const MAIN = `${VCENTER}/domain-c1`;
const SPARE = `${VCENTER}/domain-c2`;
const HOUR = 3600;
const TOKEN = "t0ken-nobody-may-see";

/** A second cluster, of three empty hosts, each with room for one large VM. */
function withSpareCluster(snapshot: Snapshot): Snapshot {
  const [cluster] = snapshot.clusters;
  const [host] = snapshot.hosts;
  return {
    ...snapshot,
    clusters: [cluster, { ...cluster, id: "domain-c2", name: "spare" }],
    hosts: [
      ...snapshot.hosts,
      ...[1, 2, 3].map((i) => ({ ...host, id: `host-s${i}`, name: `spare-${i}`, cluster: "domain-c2" })),
    ],
  };
}

const vm = (name: string, over: object = {}) => ({ name, vcpus: 4, memoryMb: 8192, ...over });
const large = (name: string) => vm(name, { memoryMb: 100_000 });
const apart = (...members: string[]) => ({ name: "web servers", kind: "apart", members });

describe("a placement's life in the real CLI, on an inventory file", function () {
  this.timeout(120_000);
  needs("pulumi", "vsphere-plugin");

  let folder: string;
  let snapshot: Snapshot;
  let project: Project;
  const journal = () => openJournal(join(folder, "journal.duckdb"));
  const settings = () => ({
    "vsphere-affinity:inventory": join(folder, "inventory.json"),
    "vsphere-affinity:telemetry.duckdb": join(folder, "telemetry.duckdb"),
    "vsphere-affinity:journal": join(folder, "journal.duckdb"),
    "vsphere-affinity:asOf": "2026-03-02T00:00:00Z",
  });

  /** Host id by VM by placement. */
  const hosts = async () =>
    JSON.parse(ok(await project.pulumi("stack", "output", "hosts", "--json")).stdout) as Record<
      string,
      Record<string, string>
    >;
  const reserved = async (cluster = MAIN) =>
    (await journal().reservations(cluster)).map(({ owner, virtualMachine, host }) => [owner, virtualMachine, host]);
  const up = async (...args: string[]) => ok(await project.pulumi("up", "--yes", "--skip-preview", ...args));
  const program = (...placements: Parameters<typeof setPlacements>[1][]) => setPlacements(folder, ...placements);
  const shop = (virtualMachines: unknown[], over: object = {}) => ({
    name: "shop",
    args: { cluster: "production", virtualMachines, groups: [apart("web-1", "web-2")], ...over },
  });

  before(async () => {
    // The VM app-1 on esx-1 has no telemetry yet, and is counted by its size, which is small.
    const made = await smallCluster({ silent: 1 });
    folder = made.folder;
    snapshot = withSpareCluster(made.snapshot);
    snapshot.virtualMachines[0] = { ...snapshot.virtualMachines[0], vcpus: 1, memoryMb: 4096 };
    await writeInventory(snapshot, join(folder, "inventory.json"));
    await writeProgram(folder, "life");
    project = await projectIn(folder);
    ok(await project.pulumi("stack", "init", "one"));
    await project.configure(settings());
  });

  let first: Record<string, string>;

  it("carries out what the preview showed, though telemetry came in between", async () => {
    await program(shop([vm("web-1"), vm("web-2")]));
    const preview = ok(await project.pulumi("preview", "--diff"));
    assert.deepEqual(await reserved(), [], "a preview promises nothing");
    const writer = await TelemetryWriter.open(join(folder, "telemetry.duckdb"));
    const length = 14 * 24;
    const values = new Float64Array(length).fill(29_000);
    const start = END - length * HOUR;
    await writer.append({
      vcenter: VCENTER,
      entity: "vm-1",
      name: "app-1",
      metric: "vmCpuMhz",
      values,
      start,
      step: HOUR,
    });
    await writer.close();
    await up();
    first = (await hosts()).shop;
    assert.ok(Object.values(first).includes("host-1"), "the host that is busy now looked well in the preview");
    for (const [name, host] of Object.entries(first)) {
      assert.match(preview.text, new RegExp(`hostId *: "${host}"\\s+reason[^]*?vm *: "${name}"`));
    }
    assert.deepEqual(
      await reserved(),
      Object.entries(first).map(([name, host]) => ["life/one/shop", name, host]),
    );
  });

  it("shows the change in the preview when a better host passes the threshold", async () => {
    const preview = ok(await project.pulumi("preview", "--diff"));
    assert.match(preview.text, /~ hostId *: "host-1" => "host-[34]"/);
    await up();
    const [[moved]] = Object.entries(first).filter(([, host]) => host === "host-1");
    const [[stays, host]] = Object.entries(first).filter(([, host]) => host !== "host-1");
    const now = (await hosts()).shop;
    assert.notEqual(now[moved], "host-1");
    assert.equal(now[stays], host);
    first = now;
  });

  it("plans what is known of a new VM's program, names the rest, and plans all in the update", async () => {
    await program(shop([vm("web-1"), vm("web-2"), vm("cache-1", { memoryMb: "SIZE" })]));
    const preview = ok(await project.pulumi("preview", "--diff"));
    assert.match(preview.text, /inputs not known yet/);
    assert.match(preview.text, /virtualMachines\[2\]/);
    assert.doesNotMatch(preview.text, /~ hostId/, "what is known stays where it is");
    await up();
    const now = (await hosts()).shop;
    assert.ok(now["cache-1"]);
    assert.deepEqual({ ...first, "cache-1": now["cache-1"] }, now);
    assert.equal((await reserved()).length, 3);
  });

  it("gives back the room of a VM that the program leaves out", async () => {
    await program(shop([vm("web-1"), vm("web-2")]));
    await up();
    assert.deepEqual((await hosts()).shop, first);
    assert.deepEqual(
      (await reserved()).map(([, name]) => name),
      ["web-1", "web-2"],
    );
  });

  it("shows a VM that is found elsewhere on refresh, and the next update clears it", async () => {
    const [template] = snapshot.virtualMachines;
    const elsewhere = snapshot.hosts.find(({ id }) => !["host-1", ...Object.values(first)].includes(id))!;
    const made = (host: string) => ({ ...template, id: "vm-101", name: "web-1", host, vcpus: 4, memoryMb: 8192 });
    const inventory = (host: string) => ({ ...snapshot, virtualMachines: [...snapshot.virtualMachines, made(host)] });
    await writeInventory(inventory(elsewhere.id), join(folder, "inventory.json"));
    const refresh = ok(await project.pulumi("refresh", "--yes", "--skip-preview"));
    assert.match(refresh.text, /Placement shop updated/);
    const update = await up("--diff");
    assert.match(update.text, new RegExp(`- drift[^]*- actual *: "${elsewhere.name}"`));
    // Back on its host, as the dependent vsphere.VirtualMachine would have it.
    await writeInventory(inventory(first["web-1"]), join(folder, "inventory.json"));
    await up("--expect-no-changes");
    assert.deepEqual((await hosts()).shop, first, "the VM that is there now is the one that was planned");
  });

  it("moves its room with it to another name and another cluster", async () => {
    await writeInventory(snapshot, join(folder, "inventory.json"));
    await program({ ...shop([vm("web-1"), vm("web-2")], { cluster: "spare" }), name: "store", aliases: ["shop"] });
    const update = await up();
    assert.match(update.text, /~ 1 updated/);
    const { store } = await hosts();
    assert.deepEqual(await reserved(), []);
    assert.deepEqual(
      await reserved(SPARE),
      Object.entries(store).map(([name, host]) => ["life/one/store", name, host]),
    );
  });

  const alone = (name: string) => ({ name, args: { cluster: "spare", virtualMachines: [large(`${name}-vm`)] } });

  it("does not give two placements of a program the same room, in preview and update alike", async () => {
    await program(alone("left"), alone("right"));
    const update = ok(await project.pulumi("up", "--yes", "--diff"));
    const [preview, carriedOut] = update.text.split("Updating (one)");
    const chosen = Object.values(await hosts()).flatMap((placed) => Object.values(placed));
    assert.equal(new Set(chosen).size, 2);
    for (const host of chosen) {
      assert.ok(preview.includes(`hostId   : "${host}"`), preview);
      assert.ok(carriedOut.includes(`hostId   : "${host}"`), carriedOut);
    }
    assert.deepEqual(
      (await reserved(SPARE)).map(([owner]) => owner),
      ["life/one/left", "life/one/right"],
    );
  });

  it("gives another stack the room that is left, and tells it what stands in the way when there is none", async () => {
    const taken = (await reserved(SPARE)).map(([, , host]) => host);
    ok(await project.pulumi("stack", "init", "two"));
    await project.configure(settings());
    await program(alone("third"));
    await up();
    const { third } = await hosts();
    assert.ok(!taken.includes(third["third-vm"]), "it is another host");

    await program(alone("third"), alone("fourth"));
    const failed = await project.pulumi("up", "--yes");
    assertReadable(failed, "PLAN_INFEASIBLE");
    assert.match(failed.text, /Placement \(?fourth/, "under the resource's name");
    assert.match(failed.text, /fourth-vm/);
    assert.match(failed.text, /memory/i, "the constraint in the way");
    ok(await project.pulumi("destroy", "--yes", "--skip-preview"));
    assert.equal((await reserved(SPARE)).length, 2, "what the first stack has stays its own");
  });

  /** It failed, with the code and without a stack trace. */
  function assertReadable(ran: Ran, code: string): void {
    assert.notEqual(ran.code, 0);
    assert.ok(ran.text.includes(`[${code}]`), ran.text);
    assert.doesNotMatch(ran.text, /^\s+at .*[(:]\d+/m, "no stack trace");
    assert.doesNotMatch(ran.text, /unhandled/i);
  }

  it("refuses a configuration key that it doesn't know, by name", async () => {
    await project.configure({ "vsphere-affinity:telemetri": "x" });
    const failed = await project.pulumi("preview");
    assertReadable(failed, "SETTINGS_INVALID");
    assert.match(failed.text, /telemetri/);
    ok(await project.pulumi("config", "rm", "vsphere-affinity:telemetri"));
  });

  it("shows no secret in texts, logs, state or journal, when it fails neither", async () => {
    ok(await project.pulumi("config", "rm", "--path", "vsphere-affinity:telemetry"));
    const influx = "vsphere-affinity:telemetry.influx";
    await project.configure({
      [`${influx}.url`]: "http://127.0.0.1:9",
      [`${influx}.database`]: "vsphere",
      [`${influx}.password`]: TOKEN,
    });
    const failed = await project.pulumi("up", "--yes", "--logtostderr", "-v=3");
    assert.notEqual(failed.code, 0);
    assert.match(failed.text, /127\.0\.0\.1:9/, "it names what it could not reach");
    assert.ok(!failed.text.includes(TOKEN));
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files) {
      if (parentPath.includes("node_modules")) continue;
      assert.ok(!(await readFile(join(parentPath, name))).includes(TOKEN), `${parentPath}/${name}`);
    }
  });

  it("releases everything with the stack", async () => {
    ok(await project.pulumi("stack", "select", "one"));
    ok(await project.pulumi("destroy", "--yes", "--skip-preview"));
    assert.deepEqual([await reserved(), await reserved(SPARE)], [[], []]);
  });
});
