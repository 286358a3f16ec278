/*
 * Which compute device scores the moves of a cluster quickest on this machine?
 *
 * Method: per size and kind of job, every device that is there is opened and warmed up by one run ("first": compiling
 * included). Then come rounds in which each device scores the same job once, in an order that rotates from round to
 * round; a run is what a caller waits for, transfers included. Given are the median and the worst run, and the median
 * over rounds of the ratio to the plain loop of the same round. Every result is compared with the plain loop's bytes.
 *
 * Jobs: "typical" (hosts at 60 to 105 % of safe, where the plain loop can skip much) and "crowded" (load that swings
 * from nothing to 120 % of capacity between slots, where it can skip nothing).
 */
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { createRandom } from "../engine/random";
import { DEVICE_NAMES, openDevice, typicalJob, type Device, type JobSize, type MoveScoring } from "../engine/compute";
import { loadGpuJs } from "../engine/compute/devices/gpu";

const SIZES: readonly JobSize[] = [
  { hosts: 16, vms: 200, resources: 2, slots: 24 },
  { hosts: 32, vms: 1000, resources: 2, slots: 24 },
  { hosts: 96, vms: 8000, resources: 2, slots: 24 },
];

interface Figures {
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
 * @param args `--rounds N` (15), `--hosts N --vms N` (one size instead of three), `--resources N` (2), `--slots N` (24)
 * @returns per size and kind of job the figures of every device, in milliseconds
 */
export async function run(args: readonly string[]): Promise<Record<string, unknown>> {
  const number = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: number, hosts: number, vms: number, resources: number, slots: number },
    strict: false,
  });
  const option = (name: string, otherwise: number) => (values[name] === undefined ? otherwise : Number(values[name]));
  const rounds = option("rounds", 15);
  const sizes = SIZES.map((size) => ({ ...size, resources: option("resources", 2), slots: option("slots", 24) }));
  const asked = { ...sizes[0], hosts: option("hosts", 32), vms: option("vms", 1000) };
  const chosen = values.hosts === undefined && values.vms === undefined ? sizes : [asked];

  const start = performance.now();
  await loadGpuJs();
  const gpuJsLoadMs = round(performance.now() - start);

  const results: object[] = [];
  const unavailable: Record<string, string> = {};
  const adapters: Record<string, string> = {};
  for (const size of chosen) {
    for (const [kind, job] of [["typical", typicalJob(size, 1)] as const, ["crowded", crowdedJob(size, 1)] as const]) {
      const opened = await openAll(unavailable);
      for (const [name, { adapter }] of opened) if (adapter) adapters[name] = adapter;
      results.push({ ...size, kind, devices: await race(opened, job, rounds) });
      for (const { device } of opened.values()) await device.dispose();
    }
  }
  return { gpuJsLoadMs, rounds, adapters, unavailable, results };
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

async function race(opened: Map<string, Opened>, job: MoveScoring, rounds: number): Promise<Record<string, Figures>> {
  const names = [...opened.keys()];
  const first: Record<string, number> = {};
  const times: Record<string, number[]> = {};
  let expected: Buffer | undefined;
  const timed = async (name: string) => {
    const start = performance.now();
    const scores = await opened.get(name)!.device.scoreMoves(job);
    const elapsed = performance.now() - start;
    const bytes = Buffer.from(scores.buffer, scores.byteOffset, scores.byteLength);
    expected ??= bytes;
    if (!bytes.equals(expected)) throw new Error(`${name} gave other scores than ${names[0]}`);
    return elapsed;
  };
  for (const name of names) {
    first[name] = await timed(name);
    times[name] = [];
  }
  for (let i = 0; i < rounds; i++) {
    for (let j = 0; j < names.length; j++) {
      const name = names[(i + j) % names.length];
      times[name].push(await timed(name));
    }
  }
  const figuresOf = (name: string): Figures => ({
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
