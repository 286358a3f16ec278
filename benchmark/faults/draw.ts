import { type Random } from "../../engine/random";
import { TIMEOUT_SECONDS } from "./cluster";
import { drawStart, type SceneName, SCENES, type Start } from "./start";
import type { TelemetryMood } from "./telemetry";

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
  | { readonly kind: "clock"; readonly shiftSeconds: number; readonly afterMs: number }
  | { readonly kind: "dns"; readonly how: DnsTrouble; readonly aim: DnsAim }
  | { readonly kind: "dns-kill"; readonly how: DnsKill; readonly aim: DnsAim };

/** A request by its number overall, or by its number among the requests of a method. */
export interface Target {
  readonly method: string | null;
  readonly number: number;
  readonly times: number;
}

/** What befalls a message to the DNS server, or its answer. */
export const DNS_TROUBLES = [
  "dropped",
  "answer lost",
  "answer cut",
  "refused",
  "forged refusal",
  "garbage",
  "slow",
  "tampered",
] as const;
export type DnsTrouble = (typeof DNS_TROUBLES)[number];
/** At which instant of an exchange with the DNS server the process is killed. */
export const DNS_KILLS = ["kill before", "kill after effect", "kill after answer"] as const;
export type DnsKill = (typeof DNS_KILLS)[number];

/** A message by its number among the updates, or among all. */
export interface DnsAim {
  readonly updates: boolean;
  readonly number: number;
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
  "dns",
  "dns-kill",
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

/** What a scene's run says to the vCenter: the calls that change something with their most, those with a task, and all. */
interface Traffic {
  readonly changes: readonly (readonly [method: string, most: number])[];
  readonly tasks: readonly string[];
  readonly requests: number;
}

const TRAFFIC: Readonly<Record<SceneName, Traffic>> = {
  rules: {
    changes: [
      ["RelocateVM_Task", 4],
      ["ReconfigureComputeResource_Task", 2],
    ],
    tasks: ["RelocateVM_Task", "RelocateVM_Task", "ReconfigureComputeResource_Task", "CheckRelocate_Task"],
    requests: 150,
  },
  preparation: {
    changes: [
      ["CreateResourcePool", 1],
      ["UpdateConfig", 1],
      ["CreateVM_Task", 3],
      ["PowerOnVM_Task", 2],
      ["PowerOffVM_Task", 2],
      ["Destroy_Task", 3],
    ],
    tasks: ["CreateVM_Task", "PowerOnVM_Task", "PowerOffVM_Task", "Destroy_Task"],
    requests: 80,
  },
  tasks: {
    changes: [
      ["CreateScheduledTask", 3],
      ["ReconfigureScheduledTask", 2],
      ["RemoveScheduledTask", 3],
    ],
    tasks: ["CheckRelocate_Task"],
    requests: 60,
  },
  // What it changes is the zone's.
  traffic: { changes: [], tasks: [], requests: 25 },
};

/** Scenes in which a fault of the kind can come about. */
function scenesOf(kind: Fault["kind"]): readonly SceneName[] {
  if (kind.startsWith("dns")) return ["traffic"];
  return kind === "task-fails" ? SCENES.filter((scene) => scene !== "traffic") : SCENES;
}

/** The kinds take turns, and with each turn the scenes, so that all have their share of the cases; the rest is drawn. */
export function drawCase(random: Random, index: number, only: SceneName | undefined): Case | null {
  const kind = FAULT_KINDS[index % FAULT_KINDS.length];
  const turn = Math.floor(index / FAULT_KINDS.length);
  const scenes = scenesOf(kind).filter((scene) => only === undefined || scene === only);
  if (scenes.length === 0) return null;
  const scene = scenes[turn % scenes.length];
  const start = drawStart(random, scene);
  return { start, fault: drawFault(random, kind, scene) };
}

function drawFault(random: Random, kind: Fault["kind"], scene: SceneName): Fault {
  const at = drawTarget(random, TRAFFIC[scene]);
  switch (kind) {
    case "method-fault":
      return { kind, fault: random.pick(FAULTS), at };
    case "delay":
      return {
        kind,
        at,
        milliseconds: random.uniform() < 0.15 ? 1000 * TIMEOUT_SECONDS + 500 : 50 + random.integer(900),
      };
    case "dropped-before":
    case "answer-lost":
    case "answer-cut":
    case "unavailable":
    case "session-expired":
      return { kind, at };
    case "task-fails":
      return { kind, at: { ...at, method: random.pick(TRAFFIC[scene].tasks), number: 1 + random.integer(3) } };
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
    case "dns":
      return { kind, how: random.pick(DNS_TROUBLES), aim: drawAim(random) };
    case "dns-kill":
      return { kind, how: random.pick(DNS_KILLS), aim: drawAim(random) };
  }
}

/** Half of the faults strike what changes the vCenter; the others anything. */
function drawTarget(random: Random, { changes, requests }: Traffic): Target {
  const times = random.uniform() < 0.7 ? 1 : 1 + random.integer(6);
  if (random.uniform() < 0.5 && changes.length > 0) {
    const [method, most] = random.pick(changes);
    return { method, number: 1 + random.integer(most), times };
  }
  return { method: null, number: 1 + random.integer(requests), times };
}

/** Two of three strike an update; the others any question. */
function drawAim(random: Random): DnsAim {
  return random.uniform() < 0.67 ? { updates: true, number: 1 } : { updates: false, number: 1 + random.integer(10) };
}
