import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { reconcile } from "../../provider/reconcile/reconcile";
import type { Settings } from "../../provider/settings";
import { act, type ActorOrder, type ActorReport } from "./actor";
import type { Case, Fault } from "./draw";
import { inject, type Injection } from "./inject";
import { injectDns } from "./inject-dns";
import { Judge, type Judgement } from "./judge";
import type { SceneName } from "./start";
import type { World } from "./world";

export interface CaseResult extends Judgement {
  readonly scene: SceneName;
  readonly kind: Fault["kind"];
  readonly struck: boolean;
  /** Null: one run without a fault made all as declared. */
  readonly unsettled: string | null;
  /** What was thrown and is no error of ours. */
  readonly crash: string | null;
  readonly moves: number;
}

/** Needs a process of its own: it is killed, its disk is full, or its clock is wrong. */
const isOutside = ({ kind }: Fault) =>
  kind.startsWith("kill-") || kind === "dns-kill" || kind.endsWith("-full") || kind === "clock";

function injectFault(world: World, fault: Fault, kill: () => void): Injection {
  if ("aim" in fault) return injectDns(world.traffic.proxy!, fault.how, fault.aim, kill);
  return inject(world.proxy, fault, world.vms[0], kill);
}

/** One fault: an `apply` that meets it, one that doesn't, and what is then so. */
export async function runCase(world: World, { start, fault }: Case, control = false): Promise<CaseResult> {
  const settings = await world.begin(start);
  const log = `${settings.journal}.actions.ndjson`;
  const scene = world.scene(start);
  const judge = await Judge.watch(world, log, start.scene === "rules" && start.onFailure === "revert");
  scene.watch?.(judge);
  let struck = !("at" in fault) && !("aim" in fault);
  let first: ActorReport | null;
  if (control) first = await act(settings);
  else if (isOutside(fault)) {
    const ran = await outside(world, settings, fault);
    first = ran.report;
    struck = ran.struck;
  } else {
    if (fault.kind === "influx") world.telemetry.mood = fault.mood;
    const injection = injectFault(world, fault, () => undefined);
    first = await act(settings);
    struck ||= injection.struck;
  }
  world.proxy.treatment = null;
  world.telemetry.mood = "well";
  if (world.traffic.proxy) world.traffic.proxy.treatment = null;
  const second = control ? first : await act(settings);
  const unsettled = (await stillOpen(judge, settings, second)) ?? (await scene.unsettled(start));
  const judgement = await judge.conclude();
  judgement.orphans.push(...(await world.orphans(start, judge)));
  const crash = [first, second].find((report) => report?.error?.code === null)?.error?.text ?? null;
  return { scene: start.scene, kind: fault.kind, struck, unsettled, crash, moves: judge.moves.length, ...judgement };
}

/** What one run left to do; null if nothing. */
async function stillOpen(judge: Judge, settings: Settings, report: ActorReport | null): Promise<string | null> {
  if (report?.error) return report.error.text;
  const bad = report?.findings?.find(({ outcome, class: what }) => outcome !== "done" && what !== "risk-above-bound");
  if (bad) return `${bad.class}: ${bad.detail} ${bad.text}`;
  const open = judge.open();
  if (open.length > 0) return `${open.length} actions stand open in the log`;
  const left = await reconcile(settings, { dryRun: true, now: () => Math.floor(Date.now() / 1000) });
  const due = left.filter(({ outcome }) => outcome === "pending");
  return due.length === 0 ? null : `left: ${due.map(({ class: what, detail }) => `${what} ${detail}`).join("; ")}`;
}

let warm: Promise<ChildProcess> | null = null;

/** A process that has loaded everything and waits for its order; the next one is made ready meanwhile. */
function actor(limitKb: number | null): Promise<ChildProcess> {
  const launch = (): Promise<ChildProcess> => {
    const script = join(__dirname, "actor.js");
    // bash counts its file limit in units of 1024 bytes.
    const limit = limitKb === null ? "" : `ulimit -f ${limitKb}; `;
    const child = spawn("bash", ["-c", `${limit}exec "$0" "$1"`, process.execPath, script], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("message", () => resolve(child));
    });
  };
  if (limitKb !== null) return launch();
  const ready = warm ?? launch();
  warm = launch();
  return ready;
}

/** Ends the process that waits for an order which won't come. */
export async function dismissActor(): Promise<void> {
  (await warm)?.kill("SIGKILL");
  warm = null;
}

const LOG_LIMIT_KB = 4096;

async function outside(
  world: World,
  settings: Settings,
  fault: Fault,
): Promise<{ report: ActorReport | null; struck: boolean }> {
  const log = `${settings.journal}.actions.ndjson`;
  let limit: number | null = null;
  if (fault.kind === "log-full") {
    limit = LOG_LIMIT_KB;
    pad(log, LOG_LIMIT_KB * 1024 - fault.room);
  } else if (fault.kind === "journal-full") {
    limit = fault.limitKb;
  }
  const child = await actor(limit);
  const order: ActorOrder = { settings, ...(fault.kind === "clock" ? { clock: fault } : {}) };
  let killed = false;
  const kill = () => {
    killed = true;
    child.kill("SIGKILL");
  };
  const injection = injectFault(world, fault, kill);
  const timers: NodeJS.Timeout[] = [];
  if (fault.kind === "kill-at-instant") timers.push(setTimeout(kill, fault.milliseconds));
  if (fault.kind === "kill-at-line")
    timers.push(whenGrown(log, fault.line, () => setTimeout(kill, fault.milliseconds)));
  const report = await new Promise<ActorReport | null>((resolve) => {
    let said: ActorReport | null = null;
    child.once("message", (message: ActorReport) => (said = message));
    child.once("exit", () => resolve(said));
    child.send(order);
  });
  for (const timer of timers) clearInterval(timer);
  // Requests that were on their way when it died still come to their end.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const failed =
    report === null || report.error !== undefined || (report.findings ?? []).some(({ outcome }) => outcome !== "done");
  const struck = fault.kind.endsWith("-full") ? failed : fault.kind === "clock" || killed || injection.struck;
  return { report, struck };
}

/** Empty lines, which the log's readers pass over. */
function pad(path: string, bytes: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a");
  writeSync(file, Buffer.alloc(bytes, "\n"));
  closeSync(file);
}

/** Calls `then` when the log has been written to for the `line`th time. */
function whenGrown(path: string, line: number, then: () => void): NodeJS.Timeout {
  let [size, grown] = [0, 0];
  const timer = setInterval(() => {
    const now = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (now === size) return;
    size = now;
    if (++grown < line) return;
    clearInterval(timer);
    then();
  }, 1);
  return timer;
}
