import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { buildProblem, solveInParallel } from "../engine/planner/reassignment";
import { readRoadefAssignment, readRoadefModel, roadefSpec } from "./formats/roadef";
import { evaluateRoadef } from "./roadef/evaluate";

/** Kept for leaving: the last evaluation, writing the file, the process's end; and as a part of what getting ready took. */
const MARGIN_MS = 400;
const MARGIN_OF_START = 0.1;

/**
 * The ROADEF/EURO 2012 challenge: `--model F --initial F --seconds S --seed N --out F`. The files may be plain, gzip or xz.
 * `seconds` is wall time from the process's start to the written result, reading included. The objective and the violations
 * are computed from the instance by code that the solver doesn't know. `--attempts N` in place of `--seconds` gives the same
 * result on every machine with as many `--threads` (all cores by default).
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: "string" },
      initial: { type: "string" },
      seconds: { type: "string" },
      attempts: { type: "string" },
      seed: { type: "string", default: "1" },
      threads: { type: "string" },
      out: { type: "string" },
    },
  });
  if (!values.model || !values.initial) throw new Error("roadef needs --model FILE and --initial FILE");
  const instance = await readRoadefModel(values.model);
  const initial = await readRoadefAssignment(values.initial, instance);
  const problem = buildProblem(roadefSpec(instance, initial));
  const attempts = values.attempts === undefined ? undefined : Number(values.attempts);
  const seconds = values.seconds === undefined && attempts === undefined ? 60 : Number(values.seconds);
  const milliseconds = Number.isNaN(seconds)
    ? undefined
    : seconds * 1000 - performance.now() * (1 + MARGIN_OF_START) - MARGIN_MS;
  const solution = await solveInParallel(problem, {
    threads: Number(values.threads ?? availableParallelism()),
    seed: Number(values.seed),
    budget: { attempts, milliseconds, now: () => performance.now() },
    onProgress: ({ cost, progress }) =>
      process.stderr.write(`${(performance.now() / 1000).toFixed(1)} s ${Math.round(progress * 100)} % ${cost}\n`),
  });
  const { objective, violations } = evaluateRoadef(instance, initial, solution.bins);
  if (values.out) await writeFile(values.out, `${Array.from(solution.bins).join(" ")}\n`);
  return {
    objective,
    initial: evaluateRoadef(instance, initial, initial).objective,
    violations,
    seconds: Math.round(performance.now()) / 1000,
    seed: Number(values.seed),
    bound: solution.bound,
    gap: solution.gap,
    moves: solution.evaluation.moves,
    attempts: solution.attempts,
  };
}
