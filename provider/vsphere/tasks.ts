import { AffinityError } from "../../engine/errors";
import { setTimeout as sleep } from "node:timers/promises";
import { retrieveProperties } from "./properties";
import type { VcenterSession } from "./session";
import { at, kindOf, number, type Reference, text, type Tree } from "./values";

export interface TaskOptions {
  readonly signal?: AbortSignal;
  /** Seconds to wait; a vMotion of a large VM takes many minutes. */
  readonly timeoutSeconds?: number;
  /** Told of the progress, 0 to 100, whenever the vCenter reports one. */
  readonly onProgress?: (percent: number) => void;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;

/**
 * Waits for a task by asking at growing intervals (reads, so a lost session or connection doesn't lose the task).
 * @returns its result.
 * @throws AffinityError VCENTER_TASK_FAILED with the task's fault; VCENTER_TIMEOUT, the task then goes on in vCenter.
 */
export async function waitForTask(
  session: VcenterSession,
  task: Reference,
  what: string,
  options: TaskOptions = {},
): Promise<Tree> {
  const { signal, timeoutSeconds = 3600, onProgress } = options;
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 1.5)) {
    const [found] = await session.read(
      (invoke, content) => retrieveProperties(invoke, content, [task], ["info"]),
      signal,
    );
    const info = found?.properties.info;
    const state = text(info, "state");
    if (state === "success") return at(info, "result");
    if (state === "error") throw taskFailed(what, at(info, "error"));
    const progress = number(info, "progress");
    if (progress !== null) onProgress?.(progress);
    if (performance.now() + wait > deadline) {
      throw new AffinityError({
        code: "VCENTER_TIMEOUT",
        message: `${what} has not ended after ${timeoutSeconds} s (${task.id} is ${state ?? "in an unknown state"})`,
        hint: "it goes on in vCenter; look at its recent tasks before you try again",
      });
    }
    await sleep(wait, undefined, { signal });
  }
}

function taskFailed(what: string, error: Tree): AffinityError {
  return new AffinityError({
    code: "VCENTER_TASK_FAILED",
    message: `${what} failed: ${faultText(error)}`,
    hint: "vCenter's task and event log says more",
  });
}

/** "type: message" of a LocalizedMethodFault. */
export function faultText(error: Tree): string {
  return [kindOf(at(error, "fault")), text(error, "localizedMessage")].filter(Boolean).join(": ") || "unnamed fault";
}
