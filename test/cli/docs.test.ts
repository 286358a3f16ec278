import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { commands } from "../../cli/commands";
import { packageRoot } from "../../cli/package-info";
import { SETTING_KEYS } from "../../provider/settings";
import { METRICS } from "../../engine/telemetry/schema";
import { flagsOf } from "../documents/shell-lines";
import { blocksOf as parseBlocks } from "../support/markdown";
import { temporaryFolder } from "../testbed";
import { policiesPage } from "./policies-page";
import { runCli } from "./run-cli";

const root = packageRoot();
const text = (path: string) => readFileSync(join(root, path), "utf8");
const pages = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith(".md"),
);

const blocksOf = (page: string) => parseBlocks(text(page));

/** Lines of a shell that run the CLI, as its arguments. */
const callsIn = (code: string): string[][] =>
  code
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.trim().replace(/^npx /, ""))
    .filter((line) => line.startsWith("vsphere-affinity "))
    .map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain).slice(1));

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

describe("the documents", () => {
  for (const page of pages) {
    it(`${page} links to what is there`, () => {
      const links = [...text(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
      for (const link of links.filter((each) => !/^[a-z]+:/.test(each))) {
        const [path, anchor] = link.split("#");
        const target = path === "" ? page : join(dirname(page), path);
        assert.ok(existsSync(join(root, target)), `${page} links to ${link}`);
        if (anchor === undefined) continue;
        const anchors = [...text(target).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading));
        assert.ok(anchors.includes(anchor), `${page} links to ${link}; ${target} has ${anchors.join(", ")}`);
      }
    });

    it(`${page} speaks of flags that exist`, () => {
      const all = new Set(commands.flatMap(({ name }) => [...flagsOf(name)!]));
      const prose = text(page).replace(/^```[^]*?^```$/gm, "");
      for (const [, flag] of prose.matchAll(/`(--[a-z-]+)[^`]*`/g)) {
        assert.ok(all.has(flag) || PULUMI_FLAGS.includes(flag), `${page} speaks of ${flag}`);
      }
    });
  }

  it("docs/cli.md has every command with every flag", () => {
    const page = text("docs/cli.md");
    for (const { name } of commands) {
      assert.match(page, new RegExp(`^\\| \`${name}\\b`, "m"));
      for (const flag of flagsOf(name)!) assert.ok(flag === "--help" || page.includes(`\`${flag}`), `${name} ${flag}`);
    }
  });

  it("docs/telemetry.md has every metric, where it lies and its unit", () => {
    const page = text("docs/telemetry.md");
    for (const [id, { measurement, field, unit }] of Object.entries(METRICS)) {
      const row = page.split("\n").find((line) => line.startsWith(`| \`${id}\``));
      assert.ok(row?.includes(`\`${measurement}\` \`${field}\``), `${id}: ${row}`);
      assert.ok(row?.includes(`| ${unit} |`), `${id}: ${row}`);
      const counter = field.replace(/_(\w+)$/, ".$1");
      assert.ok(page.includes(`"${measurement.split("_")[2]}.${counter}"`), `Telegraf collects ${id}`);
    }
  });

  it("docs/placement.md and docs/cli.md know no setting that isn't one", () => {
    for (const page of ["docs/placement.md", "docs/cli.md"]) {
      for (const [, key] of text(page).matchAll(/vsphere-affinity:([a-z]\w*)/g)) {
        assert.ok((SETTING_KEYS as readonly string[]).includes(key), `${page}: ${key}`);
      }
    }
  });

  it("docs/policies.md says what the policies say", async () => {
    if (process.env.WRITE_DOCS) await writeFile(join(root, "docs/policies.md"), policiesPage());
    assert.equal(text("docs/policies.md"), policiesPage(), "write it anew: WRITE_DOCS=1 npm test");
  });

  it("docs/telemetry.md's examples run, and give what it says", async function () {
    this.timeout(30_000);
    const cwd = await temporaryFolder();
    const blocks = blocksOf("docs/telemetry.md");
    const csv = blocks.findIndex(({ language }) => language === "csv");
    await writeFile(join(cwd, "usage.csv"), blocks[csv].code);
    const [args] = callsIn(blocks[csv + 1].code);
    const { code, stdout, stderr } = await runCli(args, { cwd });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, blocks[csv + 2].code);

    const mapping = blocks.findIndex(({ code: yaml }) => yaml.startsWith("time: timestamp"));
    await writeFile(join(cwd, "columns.yaml"), blocks[mapping].code);
    const rows = "SELECT 1772323200000 + 300000 * i AS timestamp, 'vm-101' AS vm, 500.0 AS cpu_mhz, 2097152 AS mem_kb";
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run(`COPY (${rows} FROM range(12) t(i)) TO '${join(cwd, "trace.parquet")}'`);
    const parquet = await runCli(callsIn(blocks[mapping + 1].code)[0], { cwd });
    assert.equal(parquet.code, 0, parquet.stderr);
    assert.match(parquet.stdout, /^telemetry\.duckdb: 24 samples read, /);
  });
});

/** Of Pulumi's CLI, in prose. */
const PULUMI_FLAGS = ["--policy-pack", "--policy-pack-config"];
