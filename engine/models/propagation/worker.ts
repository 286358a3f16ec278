import { parentPort } from "node:worker_threads";
import { simulateCascades } from "./simulate";
import { simulateAll } from "./simulate-all";
import type { Job } from "./threads";

parentPort?.on("message", (job: Job) => {
  if (job.kind === "one") {
    parentPort?.postMessage(simulateCascades(job.graph, job.sources, job.worlds));
    return;
  }
  const counts = simulateAll(job.graph, job.sources, job.worlds);
  // Handed over, not copied: with a thousand sources in a large graph it is tens of megabytes.
  parentPort?.postMessage(counts, [counts.buffer as ArrayBuffer]);
});
