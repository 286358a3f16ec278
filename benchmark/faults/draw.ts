import { type Random } from "../../engine/random";
import type { TelemetryMood } from "./telemetry";
import { RULE_STATES, type Start } from "./world";

/** What goes wrong, where. `index`: the request (from 1) that it strikes; `times`: how many from there on. */
export type Fault =
  | { readonly kind: "method-fault"; readonly fault: string; readonly at: Target }
  | { readonly kind: "delay"; readonly milliseconds: number; readonly at: Target }
  | { readonly kind: "dropped-before" | "answer-lost" | "answer-cut" | "unavailable"; readonly at: Target }
  | { readonly kind: "session-expired"; readonly at: Target }
  | { readonly kind: "task-fails"; readonly at: Target }
  | {
      readonly kind: "kill-before" | "kill-after-effect" | "kill-after-answer";
      readonly at: Target;
      readonly milliseconds: number;
    }
  | { readonly kind: "kill-at-instant"; readonly milliseconds: number }
  | { readonly kind: "kill-at-line"; readonly line: number; readonly milliseconds: number }
  | { readonly kind: "influx"; readonly mood: Exclude<TelemetryMood, "well"> }
  | { readonly kind: "log-full"; readonly room: number }
  | { readonly kind: "journal-full"; readonly limitKb: number }
  | { readonly kind: "clock"; readonly shiftSeconds: number; readonly afterMs: number };

/** A request by its number overall, or by its number among the requests of a method. */
export interface Target {
  readonly method: string | null;
  readonly number: number;
  readonly times: number;
}

export const FAULT_KINDS: readonly Fault["kind"][] = [
  "method-fault",
  "delay",
  "dropped-before",
  "answer-lost",
  "answer-cut",
  "unavailable",
  "session-expired",
  "task-fails",
  "kill-before",
  "kill-after-effect",
  "kill-after-answer",
  "kill-at-instant",
  "kill-at-line",
  "influx",
  "log-full",
  "journal-full",
  "clock",
];

export interface Case {
  readonly start: Start;
  readonly fault: Fault;
}

const FAULTS = [
  "RuntimeFault",
  "NoPermission",
  "InvalidState",
  "HostConnectFault",
  "TaskInProgress",
  "ManagedObjectNotFound",
];
const DAY = 86_400;

/** The kinds take turns, so that each has its share of the cases; the rest is drawn. */
export function drawCase(random: Random, index: number): Case {
  const kind = FAULT_KINDS[index % FAULT_KINDS.length];
  const start: Start = {
    rules: [random.pick(RULE_STATES), random.pick(RULE_STATES)],
    onFailure: random.pick(["stop", "revert"] as const),
    concurrency: 1 + random.integer(3),
  };
  return { start, fault: drawFault(random, kind) };
}

function drawFault(random: Random, kind: Fault["kind"]): Fault {
  const at = drawTarget(random);
  switch (kind) {
    case "method-fault":
      return { kind, fault: random.pick(FAULTS), at };
    case "delay":
      return { kind, at, milliseconds: random.uniform() < 0.15 ? 3500 : 50 + random.integer(900) };
    case "dropped-before":
    case "answer-lost":
    case "answer-cut":
    case "unavailable":
    case "session-expired":
      return { kind, at };
    case "task-fails":
      return {
        kind,
        at: {
          ...at,
          method: random.pick([
            "RelocateVM_Task",
            "RelocateVM_Task",
            "ReconfigureComputeResource_Task",
            "CheckRelocate_Task",
          ]),
          number: 1 + random.integer(3),
        },
      };
    case "kill-before":
    case "kill-after-effect":
    case "kill-after-answer":
      return { kind, at: { ...at, times: 1 }, milliseconds: random.integer(25) };
    case "kill-at-instant":
      return { kind, milliseconds: random.integer(1500) };
    case "kill-at-line":
      return { kind, line: 1 + random.integer(12), milliseconds: random.integer(4) };
    case "influx":
      return { kind, mood: random.pick(["down", "slow", "failing", "garbage", "cut", "restarting"] as const) };
    case "log-full":
      // An intent and its outcome take about half a kilobyte, and a run writes a handful.
      return { kind, room: random.integer(1600) };
    case "journal-full":
      // Enough for some of the writes: DuckDB commits to a log of its own, which begins empty.
      return { kind, limitKb: 1 + random.integer(4) };
    case "clock":
      return {
        kind,
        shiftSeconds: random.pick([-365 * DAY, -DAY, -3600, -130, 130, 3600, 2 * DAY, 400 * DAY]),
        afterMs: random.uniform() < 0.4 ? 0 : random.integer(1200),
      };
  }
}

/** Half of the faults strike what changes the vCenter; the others anything. */
function drawTarget(random: Random): Target {
  const times = random.uniform() < 0.7 ? 1 : 1 + random.integer(6);
  if (random.uniform() < 0.5) {
    const method = random.pick(["RelocateVM_Task", "ReconfigureComputeResource_Task"]);
    return { method, number: 1 + random.integer(method === "RelocateVM_Task" ? 4 : 2), times };
  }
  return { method: null, number: 1 + random.integer(150), times };
}
