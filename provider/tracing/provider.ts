/* eslint-disable @typescript-eslint/no-require-imports -- the SDK is loaded where traces are asked for, and not else */
import { traced } from "../../engine/tracing";
import type { Tracing } from "./start";
import { isTracingAsked } from "./target";

let tracing: Tracing | null | undefined;

/**
 * Work of the Pulumi provider as a span, sent before it is answered: Pulumi ends the process without a word. Nothing is
 * loaded where OpenTelemetry's variables don't ask for traces.
 */
export async function inTrace<T>(work: () => Promise<T>): Promise<T> {
  if (!isTracingAsked(process.env)) return work();
  tracing ??= start();
  try {
    return await traced("vsphere-affinity provider", {}, work);
  } finally {
    await tracing?.flush();
  }
}

function start(): Tracing | null {
  const { startTracing } = require("./start") as typeof import("./start");
  const { version } = require("../../../package.json") as { version: string };
  return startTracing(process.env, { version });
}
