import { readFileSync, writeFileSync } from "node:fs";
import type { Document } from "yaml";
import { AffinityError } from "../engine/errors";
import { lazy } from "./lazy";

/** @throws AffinityError FILE_UNREADABLE naming `what` the file was to hold. */
export function readTextFile(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new AffinityError({
      code: "FILE_UNREADABLE",
      message: `the ${what} "${path}" can't be read`,
      hint: "check the path, and that you may read the file",
      cause: error,
    });
  }
}

/** @throws AffinityError FILE_UNWRITABLE. */
export function writeTextFile(path: string, text: string, what: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new AffinityError({
      code: "FILE_UNWRITABLE",
      message: `the ${what} "${path}" can't be written`,
      hint: "check that the folder exists and that you may write there",
      cause: error,
    });
  }
}

/**
 * Parses YAML or JSON (which YAML contains).
 * @throws AffinityError YAML_INVALID with a problem per mistake, each with its line.
 */
export function parseYamlFile(path: string, what: string): unknown {
  const document = parseYaml(readTextFile(path, what), path, what);
  if (document.errors.length > 0) {
    throw new AffinityError({
      code: "YAML_INVALID",
      message: `the ${what} "${path}" is not valid YAML`,
      // One mistake may be the cause of all that follow.
      problems: document.errors.slice(0, MOST_PROBLEMS).map((error) => ({
        path: error.linePos ? `line ${error.linePos[0].line}, column ${error.linePos[0].col}` : "",
        message: error.message.split("\n")[0].replace(/ at line \d+, column \d+:?$/, ""),
      })),
      hint:
        document.errors.length > MOST_PROBLEMS ? `the first ${MOST_PROBLEMS} of ${document.errors.length}` : undefined,
    });
  }
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that lead nowhere, or to more than fits into memory, are known only now.
    throw new AffinityError({
      code: "YAML_INVALID",
      message: `the ${what} "${path}" is not valid YAML`,
      problems: [{ path: "", message: error instanceof Error ? error.message : String(error) }],
    });
  }
}

const MOST_PROBLEMS = 20;
/** Far more levels than any file of ours has, and than the parser reads in good time. */
const DEEPEST = 500;

function parseYaml(text: string, path: string, what: string): Document {
  if (bracketDepth(text, DEEPEST) <= DEEPEST) {
    try {
      return lazy.yaml().parseDocument(text, { prettyErrors: true });
    } catch (error) {
      // The parser calls itself for each level of nesting, by indentation as well.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new AffinityError({
    code: "YAML_INVALID",
    message: `the ${what} "${path}" is nested too deeply to be read`,
    hint: "see that it is the file you meant",
  });
}

/** How deep brackets nest outside double quotes; not looked at further once deeper than `enough`. */
function bracketDepth(text: string, enough: number): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let at = 0; at < text.length && deepest <= enough; at++) {
    const character = text[at];
    if (quoted && character === "\\") at++;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth = Math.max(0, depth - 1);
  }
  return deepest;
}
