/*
 * Which compute device scores the moves of a cluster quickest on this machine, and which evaluates forests quickest?
 *
 * Method: per size and kind of job, every device that is there is opened and warmed up by one run ("first": compiling
 * included). Then come rounds in which each device does the same job once, in an order that rotates from round to
 * round, at most `--rounds` of them and none begun after `--seconds`; a run is what a caller waits for, transfers included.
 * Given are the median and the worst run, and the median over rounds of the ratio to the plain loop of the same round.
 * Every result is compared with the plain loop's bytes.
 *
 * Moves: "typical" (hosts at 60 to 105 % of safe, where the plain loop can skip much) and "crowded" (load that swings
 * from nothing to 120 % of capacity between slots, where it can skip nothing).
 *
 * Forests, of the demand forecaster's shape (63 columns, 750 trees of 15 leaves): "typical" (runs of 24 rows that agree in
 * half of the columns, as the hours of a series do) and "unlike" (rows that agree in nothing). `layoutMs` is the part of a
 * device's run in which the processor puts the values in the order in which the kernel reads them.
 */
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { createRandom } from "../engine/random";
import {
  demandForest,
  DEVICE_NAMES,
  openDevice,
  typicalForest,
  typicalJob,
  type Device,
  type ForestEvaluation,
  type JobSize,
  type MoveScoring,
} from "../engine/compute";
import { layOutRows } from "../engine/compute/devices/forest-layout";
import { loadGpuJs } from "../engine/compute/devices/gpu";

const SIZES: readonly JobSize[] = [
  { hosts: 16, vms: 200, resources: 2, slots: 24 },
  { hosts: 32, vms: 1000, resources: 2, slots: 24 },
  { hosts: 96, vms: 8000, resources: 2, slots: 24 },
];

/** The largest: the hours of 8,333 series, those of a whole cluster. */
const FOREST_ROWS: readonly number[] = [1_000, 8_000, 200_000];

/** One job, done by any device. */
interface Job {
  readonly about: object;
  readonly run: (device: Device) => Promise<Float32Array | Int32Array>;
}

interface Figures {
  runs: number;
  firstMs: number;
  medianMs: number;
  worstMs: number;
  ratioToPlain: number;
}

interface Opened {
  readonly device: Device;
  readonly adapter?: string;
}

/**
 * @param args `--kernel moves|forest` (both), `--rounds N` (15), `--seconds N` (30); of moves `--hosts N --vms N` (one size
 * instead of three), `--resources N` (2), `--slots N` (24); of forests `--rows N` (one size instead of three)
 * @returns per size and kind of job the figures of every device, in milliseconds
 */
export async function run(args: readonly string[]): Promise<Record<string, unknown>> {
  const number = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ kernel: number, rounds: number, seconds: number, rows: number },
      ...{ hosts: number, vms: number, resources: number, slots: number },
    },
    strict: false,
  });
  const option = (name: string, otherwise: number) => (values[name] === undefined ? otherwise : Number(values[name]));
  const limits = { rounds: option("rounds", 15), seconds: option("seconds", 30) };
  const sizes = SIZES.map((size) => ({ ...size, resources: option("resources", 2), slots: option("slots", 24) }));
  const asked = { ...sizes[0], hosts: option("hosts", 32), vms: option("vms", 1000) };
  const chosen = values.hosts === undefined && values.vms === undefined ? sizes : [asked];
  const rows = values.rows === undefined ? FOREST_ROWS : [Number(values.rows)];

  const start = performance.now();
  await loadGpuJs();
  const gpuJsLoadMs = round(performance.now() - start);

  const unavailable: Record<string, string> = {};
  const adapters: Record<string, string> = {};
  const measure = async (job: Job) => {
    process.stderr.write(`${JSON.stringify(job.about)}\n`);
    const opened = await openAll(unavailable);
    for (const [name, { adapter }] of opened) if (adapter) adapters[name] = adapter;
    const devices = await race(opened, job, limits);
    for (const { device } of opened.values()) await device.dispose();
    return { ...job.about, devices };
  };
  const results: object[] = [];
  if (values.kernel !== "forest") {
    for (const size of chosen) {
      results.push(await measure(scoring({ ...size, kind: "typical" }, typicalJob(size, 1))));
      results.push(await measure(scoring({ ...size, kind: "crowded" }, crowdedJob(size, 1))));
    }
  }
  const forests: object[] = [];
  if (values.kernel !== "moves") {
    for (const size of rows.map(demandForest)) {
      forests.push(await measure(evaluation({ ...size, kind: "typical" }, typicalForest(size, 1))));
      forests.push(await measure(evaluation({ ...size, kind: "unlike" }, typicalForest(size, 1, 1))));
    }
  }
  return { gpuJsLoadMs, ...limits, adapters, unavailable, results, forests };
}

const scoring = (about: object, job: MoveScoring): Job => ({ about, run: (device) => device.scoreMoves(job) });

function evaluation(about: object, job: ForestEvaluation): Job {
  layOutRows(job, 0, Math.min(1000, job.rows), 1000);
  const start = performance.now();
  layOutRows(job, 0, job.rows, Math.ceil(job.rows / 4) * 4);
  const layoutMs = round(performance.now() - start);
  return { about: { ...about, layoutMs }, run: (device) => device.evaluateForest(job) };
}

async function openAll(unavailable: Record<string, string>): Promise<Map<string, Opened>> {
  const opened = new Map<string, Opened>();
  for (const name of DEVICE_NAMES) {
    try {
      opened.set(name, await openDevice(name));
    } catch (error) {
      unavailable[name] = error instanceof Error ? error.message : String(error);
    }
  }
  return opened;
}

async function race(
  opened: Map<string, Opened>,
  job: Job,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Record<string, Figures>> {
  const names = [...opened.keys()];
  const first: Record<string, number> = {};
  const times: Record<string, number[]> = {};
  let expected: Buffer | undefined;
  const timed = async (name: string) => {
    const start = performance.now();
    const scores = await job.run(opened.get(name)!.device);
    const elapsed = performance.now() - start;
    const bytes = Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength);
    expected ??= bytes;
    if (!bytes.equals(expected)) throw new Error(`${name} gave other numbers than ${names[0]}`);
    return elapsed;
  };
  for (const name of names) {
    first[name] = await timed(name);
    times[name] = [];
  }
  const begun = performance.now();
  for (let i = 0; i < rounds && (i === 0 || performance.now() - begun < 1000 * seconds); i++) {
    for (let j = 0; j < names.length; j++) {
      const name = names[(i + j) % names.length];
      times[name].push(await timed(name));
    }
  }
  const figuresOf = (name: string): Figures => ({
    runs: times[name].length,
    firstMs: round(first[name]),
    medianMs: round(median(times[name])),
    worstMs: round(Math.max(...times[name])),
    ratioToPlain: round(median(times[name].map((ms, i) => ms / times.plain[i]))),
  });
  return Object.fromEntries(names.map((name) => [name, figuresOf(name)]));
}

/** A typical job whose hosts' load swings so widely that every sum over slots has to be done. */
function crowdedJob(size: JobSize, seed: number): MoveScoring {
  const job = typicalJob(size, seed);
  const random = createRandom(seed, "crowded");
  const perLimit = size.slots;
  return { ...job, load: job.load.map((_, i) => random.integer(1.2 * job.capacity[Math.floor(i / perLimit)])) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
