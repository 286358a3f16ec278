import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Runs the fixture's suite, which needs what an empty PATH doesn't hold. */
function runLacking(ci: string): { status: number | null; output: string } {
  const mocha = join(require.resolve("mocha/package.json"), "..", "bin", "mocha.js");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [mocha, "--no-config", "--reporter", "spec", "--no-color", join(__dirname, "fixtures", "lacking.js")],
    { encoding: "utf8", env: { PATH: "/nonexistent", CI: ci } },
  );
  return { status, output: stdout + stderr };
}

describe("needs", () => {
  it("skips a suite with its inner ones, each test naming what lacks and why", () => {
    const { status, output } = runLacking("");
    assert.equal(status, 0, output);
    const why =
      "terraform: it isn't installed; install Terraform · influxd1: it isn't installed; apt-get install influxdb";
    assert.ok(output.includes(`- test [skipped, lacks ${why}]`), output);
    assert.ok(output.includes(`- inner test [skipped, lacks ${why}]`), output);
    assert.match(output, /0 passing[^]*2 pending/);
  });

  it("fails a suite where CI=true, with all that lacks", () => {
    const { status, output } = runLacking("true");
    assert.notEqual(status, 0);
    assert.match(output, /terraform can't be had: it isn't installed[^]*influxd1 can't be had/);
    assert.doesNotMatch(output, /the test ran|the inner test ran/);
  });
});
