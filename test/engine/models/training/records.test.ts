import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readHostEvents, readRequests } from "../../../../engine/models/training";
import { syntheticCluster } from "../../../../engine/synthetic";

const { snapshot } = syntheticCluster({ seed: 4, hosts: 2, vms: 2, days: 1, stepMinutes: 60, end: 1_772_409_600 });
const [a, b] = snapshot.hosts;

describe("files of host events and requests", () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "records-"))));
  after(() => rm(folder, { recursive: true, force: true }));
  const file = async (name: string, content: string | Buffer) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };

  it("CSV and JSON lines, packed or not, say the same; hosts by id or name, instants in either form", async () => {
    const csv = `host,kind,at,until,cause\n${a.name},failure,2026-01-02T00:00:00Z,,hardware\n${b.id},alarm,1767225600,1767225700,\n`;
    const lines = [
      { host: a.id, kind: "failure", at: "2026-01-02T00:00:00Z", cause: "hardware" },
      { host: b.name, kind: "alarm", at: 1_767_225_600, until: 1_767_225_700 },
    ];
    const json = lines.map((line) => JSON.stringify(line)).join("\n");
    const expected = [
      { host: b.id, kind: "alarm", at: 1_767_225_600, until: 1_767_225_700, cause: "unknown" },
      { host: a.id, kind: "failure", at: 1_767_312_000, until: null, cause: "hardware" },
    ];
    for (const path of [
      await file("events.csv", csv),
      await file("events.csv.gz", gzipSync(csv)),
      await file("events.ndjson", json),
      await file("events.ndjson.gz", gzipSync(json)),
    ]) {
      assert.deepEqual(await readHostEvents(path, snapshot.hosts), expected, path);
    }
  });

  it("lists every bad row", async () => {
    const path = await file("bad.csv", "host,kind,at\nx,explosion,1\n,failure,noon\n");
    await assert.rejects(readHostEvents(path, []), (error: { code: string; problems: { path: string }[] }) => {
      assert.equal(error.code, "HOST_EVENTS_INVALID");
      assert.deepEqual(error.problems.map((problem) => problem.path).sort(), ["[0].kind", "[1].at", "[1].host"]);
      return true;
    });
  });

  it("a user that is a number stays a name", async () => {
    const path = await file("requests.csv", "start,end,user,application,readShare\n100,200,17,42,0.5\n");
    const [request] = await readRequests(path);
    assert.equal(request.user, "17");
    assert.equal(request.application, "42");
    assert.equal(request.readShare, 0.5);
  });

  it("a file that isn't there, or is no table, is told", async () => {
    await assert.rejects(readRequests(join(folder, "absent.ndjson")), { code: "RECORDS_UNREADABLE" });
    await assert.rejects(readRequests(join(folder, "absent.csv")), { code: "RECORDS_UNREADABLE" });
    await assert.rejects(readRequests(await file("no.ndjson", "start user")), { code: "RECORDS_UNREADABLE" });
  });
});
