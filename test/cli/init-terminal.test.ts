import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { smallCluster } from "./small-cluster";

const MAIN = join(__dirname, "../../cli/main.js");
/** util-linux's: gives a program a terminal of its own. */
const hasScript = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;

// eslint-disable-next-line no-control-regex -- the code that puts the cursor into a column
const QUESTION = /: \u001b\[\d+G/;

/** Runs `init project` at a terminal, and types one answer at each question. */
function atTerminal(cwd: string, answers: readonly string[]): Promise<{ code: number | null; shown: string }> {
  const command = `stty cols 80 && ${JSON.stringify(process.execPath)} ${JSON.stringify(MAIN)} init project`;
  const env = { ...process.env, TERM: "xterm", CI: "" };
  const child = spawn("script", ["-qec", command, "/dev/null"], { cwd, env });
  const left = [...answers];
  let shown = "";
  let heard = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    // A question ends in a colon, before the cursor is put behind it.
    const questions = shown.split(QUESTION).length - 1;
    while (heard < questions && left.length > 0) {
      heard++;
      child.stdin.write(left.shift()!);
    }
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, shown })));
}

describe("init at a terminal", function () {
  this.timeout(60_000);
  before(function () {
    if (hasScript) return;
    // A system without it has no other way to make a terminal that Node.js could use.
    this.skip();
  });

  it("asks again for what can't be, says why, and takes the one cluster there is", async () => {
    const { folder } = await smallCluster();
    const { code, shown } = await atTerminal(folder, ["\r", "nowhere.json\r", "inventory.json\r", "ftp://x\r", "\r"]);
    assert.equal(code, 0, shown);
    assert.match(shown, /no vCenter and no file is named/);
    assert.match(shown, /there is no inventory nowhere\.json/);
    assert.match(shown, /"ftp:\/\/x" is none of InfluxDB's/);
    assert.match(await readFile(join(folder, "project/Pulumi.yaml"), "utf8"), /value: production/);
  });

  for (const [key, byte] of [
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ] as const)
    it(`ends with ${key}, and is no defect`, async () => {
      const { folder } = await smallCluster();
      const { code, shown } = await atTerminal(folder, [byte]);
      assert.equal(code, 1, shown);
      assert.match(shown, /interrupted, and nothing was written \[INTERRUPTED\]/);
      assert.ok(!existsSync(join(folder, "project")));
    });
});
