#!/usr/bin/env node
import nodeModule from "node:module";

// Node.js 22 and newer keep what they compiled, in the system's folder of temporary files, so the next start is quicker.
// Before the import below, and where there is such a thing; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();

import { runProgram } from "./program";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // The second one is for a command that does not stop.
    if (interrupted.signal.aborted) process.exit(1);
    interrupted.abort(new Error("interrupted"));
  });
}
// `vsphere-affinity plan | head` closes the pipe early: that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

void runProgram({
  args: process.argv.slice(2),
  terminal: { stdout: process.stdout, stderr: process.stderr },
  environment: process.env,
  signal: interrupted.signal,
}).then((code) => {
  // Databases and devices may keep handles open; the output must be out before the process ends.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
});
