import { spawn } from "node:child_process";
import { join } from "node:path";
import type { TrainingJob } from "./train";

/** Runs `train.ts` in a process of its own: the memory of training is none of planning's. Gives its seconds. */
export function trainApart(job: TrainingJob): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(__dirname, "train.js"), JSON.stringify(job)], {
      stdio: ["ignore", 2, 2],
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve(Math.round((performance.now() - started) / 100) / 10);
      else reject(new Error(`training left with ${code}`));
    });
  });
}
