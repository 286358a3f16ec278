import { parentPort } from "node:worker_threads";
import { simulateCascades } from "./simulate";
import { addAll } from "./simulate-all";
import type { Job } from "./threads";

parentPort?.on("message", (job: Job) => {
  if (job.kind === "one") parentPort?.postMessage(simulateCascades(job.graph, job.sources, job.worlds));
  else parentPort?.postMessage(addAll(job.graph, job.sources, job.worlds, job.totals));
});
