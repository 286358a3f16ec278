import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commands } from "../../cli/commands";
import { temporaryFolder } from "../testbed";
import { assertUserError, runCli } from "./run-cli";

describe("the command line", function () {
  this.timeout(20_000);
  let cwd: string;
  before(async () => (cwd = await temporaryFolder()));

  it("prints help on standard output, with every command and the exit codes", async () => {
    const { code, stdout, stderr } = await runCli(["--help"], { cwd });
    assert.equal(code, 0);
    assert.equal(stderr, "");
    for (const { name } of commands) assert.match(stdout, new RegExp(`^  ${name} `, "m"));
    assert.match(stdout, /3 {2}blocked by a policy/);
  });

  for (const { name, examples } of commands) {
    it(`has help with examples for ${name}, 80 columns wide but for the examples`, async () => {
      const { code, stdout } = await runCli([name, "--help"], { cwd });
      assert.equal(code, 0);
      assert.ok(stdout.includes("--json"));
      for (const example of examples) assert.ok(stdout.includes(example));
      const wide = stdout.split("\n").filter((line) => line.length > 80 && !/^ {2}(\$|\S+ {2,})/.test(line));
      assert.deepEqual(wide, []);
    });
  }

  it("loads nothing heavy to print help", async () => {
    await writeFile(
      join(cwd, "loaded.cjs"),
      `process.on("exit", () => process.stderr.write(Object.keys(require.cache).filter((path) => /node_modules.(@pulumi|@duckdb|gpu\\.js|zod|influx)/.test(path)).join("\\n")));`,
    );
    const { stderr } = await runCli(["--help"], { cwd, environment: { NODE_OPTIONS: "--require ./loaded.cjs" } });
    assert.equal(stderr, "");
  });

  it("shows help on standard error, and fails, without a command", async () => {
    const { code, stdout, stderr } = await runCli([], { cwd });
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^Usage: vsphere-affinity/);
  });

  for (const { what, args, says } of [
    {
      what: "an unknown command",
      args: ["plna"],
      says: /unknown command 'plna' \[USAGE\]\n {2}hint: did you mean plan\? see vsphere-affinity --help/,
    },
    {
      what: "an unknown option",
      args: ["plan", "--sede", "1"],
      says: /unknown option '--sede' \[USAGE\]\n {2}hint: did you mean --seed\? see vsphere-affinity plan --help/,
    },
    {
      what: "a seed that is no number",
      args: ["plan", "--seed", "x"],
      says: /'--seed <number>' argument 'x' is invalid/,
    },
    { what: "a time that is none", args: ["plan", "--as-of", "soon"], says: /argument 'soon' is invalid/ },
    { what: "a time limit of nothing", args: ["plan", "--time-limit", "0"], says: /number of seconds above zero/ },
    { what: "an unknown device", args: ["plan", "--device", "tpu"], says: /Allowed choices are auto/ },
    { what: "a missing argument", args: ["export"], says: /missing required argument 'file'/ },
    {
      what: "an option without its value",
      args: ["drift", "--plan"],
      says: /'--plan <file\|digest>' argument missing/,
    },
  ]) {
    it(`refuses ${what} with exit code 1`, async () => {
      const { code, stdout, stderr } = await runCli(args, { cwd });
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, says);
    });
  }

  it("tells an error as one JSON object on standard error with --json", async () => {
    const { code, stdout, stderr } = await runCli(["plan", "--json"], { cwd });
    assert.equal(code, 1);
    assert.equal(stdout, "");
    const { error } = JSON.parse(stderr) as { error: Record<string, unknown> };
    assert.deepEqual(Object.keys(error), ["code", "message", "hint", "problems"]);
    assert.equal(error.code, "INVENTORY_MISSING");
    const usage = await runCli(["plan", "--json", "--seed", "x"], { cwd });
    assert.equal((JSON.parse(usage.stderr) as { error: { code: string } }).error.code, "USAGE");
  });

  it("shows a stack with --debug alone", async () => {
    const args = ["export", "out.json", "--inventory", "none.json"];
    assertUserError(await runCli(args, { cwd }), "INVENTORY_NOT_FOUND", "none.json");
    const { stderr } = await runCli([...args, "--debug"], { cwd });
    assert.match(stderr, /^\s+at .+:\d+:\d+/m);
  });
});
