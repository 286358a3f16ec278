import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../testbed";

/** Commands typed into one terminal, one after the other: what one exports or changes into is there for the next. */
export interface Shell {
  /** What was written, on both streams. @throws Error with it, where a command failed. */
  type(commands: string): Promise<string>;
}

/** `plan` ends so where it has found something to do. */
const CHANGES = 2;

/** A bash of its own in `folder`. */
export async function openShell(folder: string, environment: NodeJS.ProcessEnv): Promise<Shell> {
  const kept = join(await temporaryFolder(), "environment");
  await writeFile(kept, `cd '${folder}'\n`);
  return {
    type: (commands) =>
      new Promise((resolve, reject) => {
        const script = [
          `. '${kept}'`,
          `trap 'code=$?; [ $code -eq ${CHANGES} ] || { echo "failed with $code: $BASH_COMMAND"; exit $code; }' ERR`,
          commands,
          `{ export -p; printf 'cd %q\\n' "$PWD"; } > '${kept}'`,
        ].join("\n");
        const child = spawn("bash", ["-o", "pipefail", "-c", script], {
          cwd: folder,
          env: environment,
          stdio: ["ignore", "pipe", "pipe"],
        });
        let text = "";
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        }
        child.once("error", reject);
        child.once("close", (code) => {
          if (code === 0) resolve(text);
          else reject(new Error(`${commands}\n${text}`));
        });
      }),
  };
}
