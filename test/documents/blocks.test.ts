import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { packageRoot } from "../../cli/package-info";
import { readPolicyConfig } from "../../cli/policy-config";
import { planRequestSchema } from "../../engine/planner/request";
import { parseSettings, SETTING_KEYS } from "../../provider/settings";
import { settingsOfStack } from "../../provider/stack-config";
import { type Block, blocksOf } from "../support/markdown";
import { componentPath, needs, temporaryFolder } from "../testbed";
import { linesOf, mistakeIn } from "./shell-lines";
import { typeErrors } from "./typescript";

const root = packageRoot();
const pages = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)]
  .filter((path) => path.endsWith(".md"))
  .map((path) => ({ path, blocks: blocksOf(readFileSync(join(root, path), "utf8")) }));

type Placed = Block & { readonly where: string };
const all: Placed[] = pages.flatMap(({ path, blocks }) =>
  blocks.map((block) => ({ ...block, where: `${path}:${block.line}` })),
);
const of = (...languages: string[]) => all.filter(({ language }) => languages.includes(language));

const ENVIRONMENT = { VSPHERE_SERVER: "vc", VSPHERE_USER: "u", VSPHERE_PASSWORD: "p", DNS_TSIG_SECRET: "c2VjcmV0" };
type Loose = Record<string, unknown>;
const has = (value: Loose, keys: readonly string[]) => keys.some((key) => key in value);

/** What a block of YAML may be, and how it is read by what reads it. */
const YAML: { readonly is: (value: Loose) => boolean; readonly read: (value: Loose, where: string) => unknown }[] = [
  {
    is: (value) => "config" in value && Object.keys(value.config as Loose).some((key) => key.includes(":")),
    read: ({ config }, where) => {
      const ours = Object.entries(config as Loose).map(([key, value]) => {
        const [namespace, name] = key.split(":");
        assert.equal(namespace, "vsphere-affinity", key);
        return [name, typeof value === "string" ? value : JSON.stringify(value)];
      });
      const settings = settingsOfStack(Object.fromEntries(ours) as Record<string, string>);
      const vcenter = settings.vcenter as Loose | undefined;
      // A secret is an object in the file and text in the program.
      if (vcenter) settings.vcenter = { ...vcenter, password: "p" };
      return parseSettings(settings, where, ENVIRONMENT);
    },
  },
  {
    is: (value) => has(value, ["virtualMachines", "groups", "rules"]),
    read: (value) => planRequestSchema.parse({ cluster: "c", asOf: 1, ...value }),
  },
  { is: (value) => has(value, SETTING_KEYS), read: (value, where) => parseSettings(value, where, ENVIRONMENT) },
  // Columns of an import: test/cli/docs.test.ts imports with it.
  { is: (value) => "fields" in value, read: () => undefined },
];

describe("the blocks of code in the documents", function () {
  this.timeout(120_000);

  it("are of kinds that are looked at", () => {
    // Of text (drawings and output) and CSV there is nothing to check here; test/cli/docs.test.ts imports the CSV.
    const known = ["ts", "typescript", "sh", "shell", "yaml", "json", "toml", "text", "csv"];
    assert.deepEqual(
      all.filter(({ language }) => !known.includes(language)).map(({ where }) => where),
      [],
    );
  });

  it("in TypeScript, and the examples and the template, have the types of the package", async () => {
    const programs: Record<string, string> = {};
    for (const { where, code } of of("ts", "typescript")) programs[where] = code;
    for (const file of ["templates/vsphere-affinity/index.ts", "examples/vcenter/index.ts"]) {
      programs[file] = await readFile(join(root, file), "utf8");
    }
    assert.deepEqual(typeErrors(programs), []);
    const wrong = { "a wrong one": 'new Placement("x", { cluster: 7 });' };
    assert.match(typeErrors(wrong).join(), /a wrong one: new Placement.*number/, "a mistake is found");
  });

  it("for a shell call programs, commands, flags and scripts that exist", () => {
    const mistakes = of("sh", "shell").flatMap(({ where, code }) =>
      linesOf(code).flatMap((words) => {
        const mistake = mistakeIn(words);
        return mistake ? [`${where}: ${mistake}`] : [];
      }),
    );
    assert.deepEqual(mistakes, []);
    assert.equal(mistakeIn(["npx", "vsphere-affinity", "plan", "--sav", "x"]), "vsphere-affinity plan has no --sav");
    assert.equal(mistakeIn(["npm", "run", "benc"]), "there is no npm script benc");
  });

  for (const { where, code } of of("yaml")) {
    it(`are valid YAML of what reads it: ${where}`, () => {
      const value = parse(code) as Loose;
      const kind = YAML.find(({ is }) => is(value));
      assert.ok(kind, "nothing reads a block like this");
      kind.read(value, where);
    });
  }

  for (const { where, code } of of("json")) {
    it(`are a valid configuration of policies: ${where}`, async () => {
      const file = join(await temporaryFolder(), "policies.json");
      await writeFile(file, code);
      assert.ok(Object.keys(readPolicyConfig(file)).length > 0);
    });
  }

  describe("asked of the programs themselves", () => {
    needs("pulumi", "telegraf");

    it("are a configuration that Telegraf takes", async () => {
      const file = join(await temporaryFolder(), "telegraf.conf");
      const check = async (text: string) => {
        await writeFile(file, text);
        const env = { ...process.env, VSPHERE_PASSWORD: "p", INFLUX_TOKEN: "t" };
        await promisify(execFile)(await componentPath("telegraf"), ["config", "check", "--config", file], { env });
      };
      const text = of("toml")
        .map(({ code }) => code)
        .join("\n");
      await check(text);
      await assert.rejects(check(text.replace("omit_hostname", "omit_hostnames")), /omit_hostnames/);
    });

    it("call Pulumi's commands with flags that it has", async () => {
      const pulumi = await componentPath("pulumi");
      const calls = of("sh", "shell")
        .flatMap(({ code }) => linesOf(code))
        .filter(([program]) => program === "pulumi");
      assert.ok(calls.length > 5);
      const helps = new Map<string, string>();
      for (const [, ...words] of calls) {
        const flag = words.findIndex((word) => word.startsWith("-"));
        const command = words
          .slice(0, flag < 0 ? undefined : flag)
          .filter((word) => /^[a-z]+$/.test(word))
          .slice(0, 2);
        const key = command.join(" ");
        if (!helps.has(key)) {
          const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
          helps.set(key, (await promisify(execFile)(pulumi, [...command, "--help"], { env })).stdout);
        }
        for (const word of words.filter((each) => each.startsWith("--"))) {
          assert.match(helps.get(key)!, new RegExp(`${word}\\b`), `pulumi ${words.join(" ")}`);
        }
        assert.match(helps.get(key)!, new RegExp(`^ +pulumi ${command[0]}`, "m"));
      }
    });
  });
});
