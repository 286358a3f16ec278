import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { AffinityError } from "../../../engine/errors";
import { Declarations, Leases } from "../../../engine/journal";

const MODULE = join(__dirname, "../../../engine/journal");

/** Holds the lease in another process and prints what came of it; `then` is run while it holds it. */
function elsewhere(path: string, then: string) {
  const code = `const { Leases } = require(${JSON.stringify(MODULE)});
    new Leases(${JSON.stringify(path)}).hold("vc", { holder: "another run" }, async () => { ${then} })
      .then(() => console.log("held"), (error) => console.log(error.code));`;
  return promisify(execFile)(process.execPath, ["-e", code]).then(
    ({ stdout }) => stdout.trim(),
    () => "killed",
  );
}

describe("leases", function () {
  this.timeout(60_000);
  let folder: string;
  const path = () => join(folder, "journal.duckdb");
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "leases-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("turns another process away, by name, and lets it in afterwards", async () => {
    const leases = new Leases(path());
    await leases.hold("vc", { holder: "this run" }, async () => {
      assert.equal(await elsewhere(path(), ""), "LEASE_HELD");
    });
    assert.equal(await elsewhere(path(), ""), "held");
  });

  it("serves several of one process at once, and ends with the last of them", async () => {
    const leases = new Leases(path());
    await Promise.all(
      [1, 2, 3].map((i) =>
        leases.hold("vc", { holder: "this run" }, async () => {
          if (i === 2) assert.equal(await elsewhere(path(), ""), "LEASE_HELD");
        }),
      ),
    );
    assert.equal(await elsewhere(path(), ""), "held");
  });

  it("is free again as soon as the process that held it was killed", async () => {
    assert.equal(await elsewhere(path(), "process.kill(process.pid, 'SIGKILL')"), "killed");
    assert.equal(await elsewhere(path(), ""), "held");
  });

  it("waits out a run on another machine, and says until when", async () => {
    let time = 1000;
    const now = () => time;
    const leases = new Leases(path());
    const code = `const os = require("node:os"); os.hostname = () => "elsewhere";
      const { Leases } = require(${JSON.stringify(MODULE)});
      new Leases(${JSON.stringify(path())}).hold("vc", { holder: "a run elsewhere", seconds: 60, now: () => 1000 },
        async () => process.kill(process.pid, "SIGKILL"));`;
    await promisify(execFile)(process.execPath, ["-e", code]).catch(() => undefined);
    await assert.rejects(
      leases.hold("vc", { holder: "this run", now }, () => Promise.resolve()),
      (error: AffinityError) => {
        assert.equal(error.code, "LEASE_HELD");
        assert.match(error.message, /a run elsewhere is acting on vc .* on elsewhere/);
        assert.match(error.hint ?? "", /1970-01-01T00:17:40/);
        return true;
      },
    );
    time = 1061;
    assert.equal(await leases.hold("vc", { holder: "this run", now }, () => Promise.resolve("ran")), "ran");
  });

  it("gives back what work throws, and the lease", async () => {
    const leases = new Leases(path());
    await assert.rejects(
      leases.hold("vc", { holder: "a" }, () => Promise.reject(new Error("x"))),
      /x/,
    );
    assert.equal(await elsewhere(path(), ""), "held");
  });
});

describe("declarations", () => {
  it("are kept per resource, by vCenter, until they are withdrawn", async () => {
    const folder = await mkdtemp(join(tmpdir(), "declarations-"));
    try {
      const declarations = new Declarations(join(folder, "journal.duckdb"));
      await declarations.withdraw("p/s/a", "Stickiness", null);
      assert.deepEqual(await declarations.of("vc"), []);
      const one = { owner: "p/s/a", kind: "Stickiness", cluster: "vc/c1", state: { name: "o'brien" } };
      await declarations.save({ ...one, state: {} });
      await declarations.save(one);
      await declarations.save({ ...one, owner: "p/s/b", cluster: "vc2/c1" });
      assert.deepEqual(await declarations.of("vc"), [one]);
      await declarations.withdraw("p/s/a", "Stickiness", "vc/the old one");
      assert.deepEqual(await declarations.of("vc"), [one]);
      await declarations.withdraw("p/s/a", "Stickiness", null);
      assert.deepEqual(await declarations.of("vc"), []);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
