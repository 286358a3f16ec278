import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRandom } from "../engine/random";
import { makeCertificate } from "../test/provider/vsphere/canned";
import { temporaryFolder } from "../test/testbed";
import { drawCase, FAULT_KINDS } from "./faults/draw";
import { type CaseResult, dismissActor, runCase } from "./faults/run-case";
import { World } from "./faults/world";

/**
 * Claim: whatever fails while `apply` acts, one run without a fault then makes everything as declared; at no instant is a
 * constraint broken, nothing is left behind, nothing is done that wasn't written down first, and no move is done twice.
 * Method: a simulated cluster (govmomi) with a mandatory rule of others, a host in maintenance and reserved memory; the
 * declarations are two rules, in states drawn by the seed, and a schedule whose moves are due. Each case is one `apply`
 * that meets one fault: a proxy between it and the simulator harms the k-th request, its process is killed, its telemetry
 * is unwell, its disk is full (RLIMIT_FSIZE) or its clock moves. Then one without. A judge that shares no code with the
 * product reads the log on the disk at the instant a request arrives, replays what the simulator took, and asks the
 * simulator itself in the end. `struck` counts the cases whose fault came about before the run was done. Beforehand every
 * state is run once without a fault (`controls`): it must converge, else the figures say nothing.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      count: { type: "string", default: "500" },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
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
  let [controls, next] = [0, 0];
  const lane = async (): Promise<void> => {
    const world = await World.start(certificate, await mkdtemp(join(folder, "lane-")));
    try {
      for (let i = next++; i < CONTROLS + count && performance.now() < deadline; i = next++) {
        const control = i < CONTROLS;
        const index = control ? i : i - CONTROLS;
        const drawn = drawCase(createRandom(seed, control ? "control" : "case", index), index);
        if (!control && values.only !== undefined && drawn.fault.kind !== values.only) continue;
        const result = await runCase(world, drawn, control);
        const problems = problemsOf(result);
        if (problems.length > 0) {
          const what = `${control ? "control" : "case"} ${index} ${JSON.stringify(drawn)}`;
          process.stderr.write(`${what}\n${problems.map((text) => `  ${text}\n`).join("")}`);
        }
        if (control) {
          if (problems.length === 0) controls++;
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
    await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
    return { ...figures(results), controls, seed, seconds: Math.round((performance.now() - started) / 1000) };
  } finally {
    await dismissActor();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Cases without a fault, run first. */
const CONTROLS = 5;
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
  return { ...of(results), byKind: Object.fromEntries(byKind) as unknown };
}
