import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { commands } from "../../cli/commands";
import { packageRoot } from "../../cli/package-info";

/** A line of a block of shell, as words; what follows `&&` is a line of its own. */
export function linesOf(code: string): string[][] {
  return code
    .replace(/\\\n\s*/g, " ")
    .split(/\n|&&/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter(Boolean)
    .map((line) =>
      [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, plain]) => single ?? double ?? plain),
    );
}

/** The flags of one of our commands; null where there is no such command. */
export function flagsOf(name: string): ReadonlySet<string> | null {
  const definition = commands.find((each) => each.name === name);
  if (!definition) return null;
  const command = new Command();
  definition.configure(command);
  const own = command.options.map((option) => option.long).filter((long) => long != null);
  return new Set([...own, "--json", "--debug", "--help"]);
}

const { scripts } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Programs that aren't ours, and of which nothing is checked here: `pulumi` is asked itself, by blocks.test.ts. */
const OTHERS = new Set(["export", "cd", "mkdir", "pulumi", "terraform", "kubectl"]);
const OF_NPM = new Set(["ci", "install", "init", "pack"]);

/** What is wrong with a line: a program nobody knows, a command, flag or script that is not there; null if nothing. */
export function mistakeIn(words: readonly string[]): string | null {
  if (/^[A-Z_]+=/.test(words[0] ?? "")) return mistakeIn(words.slice(1)); // a variable for this one command
  const [program, ...args] = words[0] === "npx" ? words.slice(1) : words;
  if (OTHERS.has(program)) return null;
  if (program === "npm") return mistakeOfNpm(args);
  if (program !== "vsphere-affinity") return `nobody knows ${program}`;
  const [name, ...rest] = args;
  const known = flagsOf(name);
  if (!known) return `vsphere-affinity has no command ${name}`;
  const unknown = rest.filter((word) => word.startsWith("--") && !known.has(word.split("=")[0]));
  return unknown.length > 0 ? `vsphere-affinity ${name} has no ${unknown.join(", ")}` : null;
}

function mistakeOfNpm([first, second]: readonly string[]): string | null {
  const script = first === "run" ? second : OF_NPM.has(first) ? null : first;
  return script === null || script in scripts ? null : `there is no npm script ${script}`;
}
