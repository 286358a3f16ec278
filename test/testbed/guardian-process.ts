// Holds the end of a pipe from the tests' process. When that ends, however it
// ends, the pipe closes: then what it started is killed and its folders removed.
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";

const processGroups = new Set<number>();
const folders = new Set<string>();

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [verb] = line.split(" ", 1);
    const rest = line.slice(verb.length + 1);
    if (verb === "kill") processGroups.add(Number(rest));
    else if (verb === "ended") processGroups.delete(Number(rest));
    else if (verb === "remove") folders.add(rest);
  })
  .on("close", () => {
    for (const processGroup of processGroups)
      try {
        process.kill(-processGroup, "SIGKILL");
      } catch {
        continue; // it has ended by itself
      }
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
