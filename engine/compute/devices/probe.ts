import { execFile } from "node:child_process";
import { join } from "node:path";

/** What a process of its own found: the adapter in words, or why WebGPU can't be used. */
export type WebGpuProbe = { readonly adapter: string } | { readonly reason: string };

/** Compiling for a software adapter on a busy machine took 2 s; a driver that hangs is given up on. */
const PATIENCE_MS = 30_000;

let cached: Promise<WebGpuProbe> | undefined;

/**
 * Tries WebGPU in a child process, self-test included, once per process: a driver that crashes takes the child down and
 * not this process.
 *
 * @throws the signal's reason when aborted; the next call probes again.
 */
export async function probeWebGpu(signal?: AbortSignal): Promise<WebGpuProbe> {
  signal?.throwIfAborted();
  cached ??= runProbe(join(__dirname, "probe-child.js"), { signal });
  try {
    return await cached;
  } catch (error) {
    cached = undefined;
    throw error;
  }
}

/** @param script prints one JSON line, the probe's answer, as the last line of its output. */
export function runProbe(
  script: string,
  { signal, patienceMs = PATIENCE_MS }: { signal?: AbortSignal; patienceMs?: number } = {},
): Promise<WebGpuProbe> {
  // A debugger or a loader meant for this process is not meant for the child.
  const env = { ...process.env, NODE_OPTIONS: "" };
  const options = { env, signal, timeout: patienceMs, killSignal: "SIGKILL", windowsHide: true } as const;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [script], options, (error, stdout, stderr) => {
      if (signal?.aborted) return reject(signal.reason);
      resolve(error ? { reason: failure(error, patienceMs) } : parse(stdout, stderr));
    });
  });
}

function failure(
  error: Error & { killed?: boolean; signal?: string | null; code?: unknown },
  patienceMs: number,
): string {
  if (error.killed) return `the graphics driver did not answer within ${patienceMs / 1000} s`;
  if (error.signal) return `the graphics driver crashed the process that tried it (${error.signal})`;
  return `the process that tried it failed with exit code ${String(error.code)}`;
}

function parse(stdout: string, stderr: string): WebGpuProbe {
  const line = stdout.trim().split("\n").at(-1) ?? "";
  let answer: Partial<{ adapter: string; reason: string }>;
  try {
    answer = JSON.parse(line) as typeof answer;
  } catch {
    return { reason: "the process that tried it gave no answer" };
  }
  if (typeof answer.adapter === "string") return { adapter: answer.adapter };
  // Dawn says on standard error which library it lacks.
  const warning = /^Warning: (.+)$/m.exec(stderr)?.[1];
  return { reason: [answer.reason ?? "no reason given", warning].filter(Boolean).join("; ") };
}
