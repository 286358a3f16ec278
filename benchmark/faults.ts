import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRandom } from "../engine/random";
import { makeCertificate } from "../test/provider/vsphere/canned";
import { temporaryFolder } from "../test/testbed";
import { type Case, drawCase, type Fault, FAULT_KINDS } from "./faults/draw";
import { type CaseResult, dismissActor, runCase } from "./faults/run-case";
import { everyStart, type SceneName, SCENES } from "./faults/start";
import { World } from "./faults/world";

/**
 * Claim: whatever fails while `apply` acts, one run without a fault then makes everything as declared; at no instant is a
 * constraint broken, nothing is left behind, nothing is done that wasn't written down first, and no move is done twice.
 * Method: a simulated cluster (govmomi) with a mandatory rule of others, a host in maintenance and reserved memory, and one
 * of four scenes of declarations, in states drawn by the seed: two rules, and a schedule whose moves are due; hosts
 * prepared for requests (pool, placeholder, shadow requests); a schedule whose moves the vCenter holds as scheduled tasks;
 * a name behind whose VMs a host is lost, in a real DNS server (Knot). Each case is one `apply` that meets one fault: a
 * proxy between it and the simulator, or the DNS server, harms the k-th request, its process is killed, its telemetry is
 * unwell, its disk is full (RLIMIT_FSIZE) or its clock moves. Then one without. A judge that shares no code with the
 * product reads the log on the disk at the instant a request arrives, replays what the simulator and the DNS server took,
 * and asks them in the end. `struck` counts the cases whose fault came about before the run was done. Beforehand every
 * state is run once without a fault (`controls`): it must converge, else the figures say nothing.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      count: { type: "string", default: "500" },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
      scene: { type: "string" },
      minutes: { type: "string", default: "60" },
      lanes: { type: "string", default: "4" },
    },
  });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  const deadline = performance.now() + Number(values.minutes) * 60_000;
  const started = performance.now();
  const folder = await temporaryFolder();
  const certificate = await makeCertificate();
  const results: CaseResult[] = [];
  const scene = sceneNamed(values.scene);
  const controls = everyStart(scene === undefined ? SCENES : [scene]);
  const cases = casesOf(seed, count, values.only, scene);
  let [passed, next] = [0, 0];
  const lane = async (): Promise<void> => {
    const world = await World.start(certificate, await mkdtemp(join(folder, "lane-")));
    try {
      for (let i = next++; i < controls.length + cases.length && performance.now() < deadline; i = next++) {
        const control = i < controls.length;
        const { index, drawn } = control
          ? { index: i, drawn: { start: controls[i], fault: NO_FAULT } }
          : cases[i - controls.length];
        const result = await runCase(world, drawn, control);
        const problems = problemsOf(result);
        if (problems.length > 0) {
          const what = `${control ? "control" : "case"} ${index} ${JSON.stringify(drawn)}`;
          process.stderr.write(`${what}\n${problems.map((text) => `  ${text}\n`).join("")}`);
        }
        if (control) {
          if (problems.length === 0) passed++;
          continue;
        }
        results.push(result);
        if (results.length % 25 > 0) continue;
        const seconds = Math.round((performance.now() - started) / 1000);
        process.stderr.write(
          `${results.length} faults, ${results.filter(isConverged).length} converged, ${seconds} s\n`,
        );
      }
    } finally {
      await world.stop();
    }
  };
  try {
    // One that fails lets the others end their cases: they have processes and files.
    const lanes = await Promise.allSettled(Array.from({ length: Number(values.lanes) }, lane));
    for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
    const seconds = Math.round((performance.now() - started) / 1000);
    return { ...figures(results), controls: passed, controlsOf: controls.length, seed, seconds };
  } finally {
    await dismissActor();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A control meets none: the first run must do it. */
const NO_FAULT: Fault = { kind: "kill-at-instant", milliseconds: 0 };

function sceneNamed(name: string | undefined): SceneName | undefined {
  const scene = SCENES.find((each) => each === name);
  if (name !== undefined && scene === undefined) throw new Error(`--scene is one of ${SCENES.join(", ")}`);
  return scene;
}

/** The first cases of the kind and scene asked for; their numbers are those that they have among all. */
function casesOf(seed: number, count: number, only: string | undefined, scene: SceneName | undefined) {
  const kinds: readonly string[] = FAULT_KINDS;
  if (only !== undefined && !kinds.includes(only)) throw new Error(`--only is one of ${kinds.join(", ")}`);
  const cases: { index: number; drawn: Case }[] = [];
  // One in so many is of a kind, and some kinds don't come about in every scene.
  for (let index = 0; cases.length < count && index < 100 * (count + 1); index++) {
    const drawn = drawCase(createRandom(seed, "case", index), index, scene);
    if (drawn && (only === undefined || drawn.fault.kind === only)) cases.push({ index, drawn });
  }
  return cases;
}

const isConverged = ({ unsettled }: CaseResult) => unsettled === null;
const TROUBLES = ["violations", "orphans", "unlogged", "doubled", "wrong"] as const;

function problemsOf(result: CaseResult): string[] {
  const found = TROUBLES.flatMap((name) => result[name].map((text) => `${name}: ${text}`));
  if (result.unsettled !== null) found.push(`not converged: ${result.unsettled}`);
  if (result.crash !== null) found.push(`crash: ${result.crash}`);
  return found;
}

function figures(results: readonly CaseResult[]): Record<string, unknown> {
  const of = (list: readonly CaseResult[]) => ({
    faults: list.length,
    struck: list.filter(({ struck }) => struck).length,
    converged: list.filter(isConverged).length,
    ...Object.fromEntries(TROUBLES.map((name) => [name, list.reduce((sum, result) => sum + result[name].length, 0)])),
    crashes: list.filter(({ crash }) => crash !== null).length,
    moves: list.reduce((sum, { moves }) => sum + moves, 0),
  });
  const byKind = FAULT_KINDS.map((kind) => [kind, of(results.filter((result) => result.kind === kind))]);
  const byScene = SCENES.map((scene) => [scene, of(results.filter((result) => result.scene === scene))]);
  return {
    ...of(results),
    byScene: Object.fromEntries(byScene) as unknown,
    byKind: Object.fromEntries(byKind) as unknown,
  };
}
