import { AffinityError } from "../../engine/errors";
import { setTimeout as sleep } from "node:timers/promises";
import { retrieveProperties } from "./properties";
import type { VcenterSession } from "./session";
import { at, kindOf, number, type Reference, reference, text, type Tree } from "./values";

export interface TaskOptions {
  readonly signal?: AbortSignal;
  /** Seconds to wait; a vMotion of a large VM takes many minutes. */
  readonly timeoutSeconds?: number;
  /** Told of the progress, 0 to 100, whenever the vCenter reports one. */
  readonly onProgress?: (percent: number) => void;
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;

/** A task that has ended well. */
export interface EndedTask {
  readonly result: Tree;
  /** From its being queued to its end by vCenter's own clock; null where it doesn't say. */
  readonly seconds: number | null;
}

/** Waits for a task. @returns its result. @throws as `endOfTask` */
export async function waitForTask(
  session: VcenterSession,
  task: Reference,
  what: string,
  options: TaskOptions = {},
): Promise<Tree> {
  return (await endOfTask(session, task, what, options)).result;
}

/**
 * Waits for a task by asking at growing intervals (reads, so a lost session or connection doesn't lose the task).
 * @throws AffinityError VCENTER_TASK_FAILED with the task's fault; VCENTER_TIMEOUT, the task then goes on in vCenter.
 */
export async function endOfTask(
  session: VcenterSession,
  task: Reference,
  what: string,
  options: TaskOptions = {},
): Promise<EndedTask> {
  const { signal, timeoutSeconds = 3600, onProgress } = options;
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 1.5)) {
    const [found] = await session.read(
      (invoke, content) => retrieveProperties(invoke, content, [task], ["info"]),
      signal,
    );
    const info = found?.properties.info;
    const state = text(info, "state");
    if (state === "success") return { result: at(info, "result"), seconds: secondsOf(info) };
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

function secondsOf(info: Tree): number | null {
  const [queued, completed] = ["queueTime", "completeTime"].map((name) => Date.parse(text(info, name) ?? ""));
  return completed >= queued ? (completed - queued) / 1000 : null;
}

function taskFailed(what: string, error: Tree): AffinityError {
  return new AffinityError({
    code: "VCENTER_TASK_FAILED",
    message: `${what} failed: ${faultText(error)}`,
    hint: "vCenter's task and event log says more",
  });
}

/** The task that a method gave. @throws AffinityError VCENTER_ANSWER_INVALID */
export function taskOf(answer: Tree, method: string): Reference {
  const task = reference(answer);
  if (task) return task;
  throw new AffinityError({ code: "VCENTER_ANSWER_INVALID", message: `${method} gave no task` });
}

/** "type: message" of a LocalizedMethodFault. */
export function faultText(error: Tree): string {
  return [kindOf(at(error, "fault")), text(error, "localizedMessage")].filter(Boolean).join(": ") || "unnamed fault";
}
