import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type CascadeGraph, type Simulator, compileGraph, openSimulator } from "../engine/models/propagation";
import { GOLDEN, compileGolden, sigmas } from "./propagation/golden";
import { runPeer } from "./support/peer";

/**
 * Claim: Monte Carlo of cascading failures, exact in expectation, on two cores at three times cynetdiff's runs per second
 * on one thread, and what every node takes along at ten times.
 * Method: the peer's script writes the graphs (random, probabilities .05 to .35), both read the files. The peer runs
 * node 0, then every source in turn, 10 runs each. Rounds alternate between the peer and this package; medians are
 * reported, and the least ratio within one round beside them. Rates per second of CPU, all
 * threads together, stand beside those per second, for a machine that others use too. Golden values are exact ones, from 10^7 worlds each: `goldenSigma` is the worst distance in standard errors.
 */
const SIZES = [200, 1000, 10000];

type Rates = Record<string, number>;
interface Figures {
  readonly runsPerSecond: Rates;
  readonly allSourcesPerSecond: Rates;
  readonly runsPerCpuSecond: Rates;
  readonly allSourcesPerCpuSecond: Rates;
}

export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: "string", default: "1" },
      threads: { type: "string", default: "2" },
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "2" },
      worlds: { type: "string", default: "10000000" },
      data: { type: "string" },
    },
  });
  const [seed, threads, rounds, seconds, worlds] = [
    values.seed,
    values.threads,
    values.rounds,
    values.seconds,
    values.worlds,
  ].map(Number);
  const folder = values.data ?? (await mkdtemp(join(tmpdir(), "propagation-")));
  const simulator = openSimulator(threads);
  try {
    const made = values.data ? {} : await runPeer("propagation", ["graphs", folder]);
    if ("notRun" in made) return { skipped: `the graphs could not be made: ${String(made.notRun)}` };
    const graphs = await Promise.all(SIZES.map((nodes) => readGraph(folder, nodes)));
    const ours: Figures[] = [];
    const theirs: Figures[] = [];
    let notRun: unknown;
    for (let round = 0; round < rounds; round++) {
      const peer = await runPeer("propagation", ["measure", folder, String(seconds)]);
      if ("notRun" in peer) notRun = peer.notRun;
      else theirs.push(peer as unknown as Figures);
      ours.push(await measure(graphs, simulator, seed, seconds));
      process.stderr.write(`round ${round + 1}: ${JSON.stringify(ours[round])} beside ${JSON.stringify(peer)}\n`);
    }
    return {
      ...medians(ours),
      goldenSigma: await worstSigma(simulator, seed, worlds),
      worlds,
      threads,
      seed,
      leastRatio: theirs.length === rounds ? leastRatios(ours, theirs) : null,
      baseline: notRun === undefined ? { ...medians(theirs), goldenSigma: null } : { notRun },
    };
  } finally {
    await simulator.close();
    if (!values.data) await rm(folder, { recursive: true, force: true });
  }
}

async function readGraph(folder: string, nodes: number): Promise<CascadeGraph> {
  const edges = JSON.parse(await readFile(join(folder, `${nodes}.json`), "utf8")) as [number, number, number][];
  return compileGraph(
    nodes,
    edges.map(([from, to, probability]) => ({ from, to, probability })),
  );
}

async function measure(graphs: CascadeGraph[], simulator: Simulator, seed: number, seconds: number): Promise<Figures> {
  const figures: Figures = {
    runsPerSecond: {},
    allSourcesPerSecond: {},
    runsPerCpuSecond: {},
    allSourcesPerCpuSecond: {},
  };
  for (const graph of graphs) {
    const source = Int32Array.of(0);
    const one = await rate(seconds, (from, to) => simulator.one(graph, source, { seed, from, to }));
    const sources = Array.from({ length: graph.nodes }, (_, i) => Int32Array.of(i));
    const all = await rate(seconds, (from, to) => simulator.all(graph, sources, { seed, from, to }));
    figures.runsPerSecond[graph.nodes] = Math.round(one.wall);
    figures.runsPerCpuSecond[graph.nodes] = Math.round(one.cpu);
    figures.allSourcesPerSecond[graph.nodes] = Math.round(sources.length * all.wall);
    figures.allSourcesPerCpuSecond[graph.nodes] = Math.round(sources.length * all.cpu);
  }
  return figures;
}

/** Worlds per second, and per second of CPU of all threads: as many as fill the time, found by doubling. */
async function rate(seconds: number, simulate: (from: number, to: number) => Promise<unknown>) {
  // Compiling isn't what is measured.
  await simulate(0, 1024);
  for (let worlds = 1024; ; worlds *= 2) {
    const started = performance.now();
    const cpu = process.cpuUsage();
    await simulate(0, worlds);
    const spent = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    if (spent >= seconds / 2) return { wall: worlds / spent, cpu: worlds / ((user + system) / 1e6) };
  }
}

async function worstSigma(simulator: Simulator, seed: number, worlds: number): Promise<number> {
  let worst = 0;
  for (const golden of GOLDEN) {
    const cascades = await simulator.one(compileGolden(golden), Int32Array.of(0), { seed, from: 0, to: worlds });
    const sigma = sigmas(golden, cascades);
    process.stderr.write(`${golden.name}: ${sigma.toFixed(2)} sigma from ${golden.expected}\n`);
    worst = Math.max(worst, sigma);
  }
  return Math.round(worst * 100) / 100;
}

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const bySize = (of: (size: number) => number) => Object.fromEntries(SIZES.map((size) => [size, of(size)]));

const KEYS = ["runsPerSecond", "allSourcesPerSecond", "runsPerCpuSecond", "allSourcesPerCpuSecond"] as const;
const byKey = (of: (key: keyof Figures) => Rates) => Object.fromEntries(KEYS.map((key) => [key, of(key)]));

function medians(rounds: readonly Figures[]) {
  return byKey((key) => bySize((size) => median(rounds.map((round) => round[key][size]))));
}

function leastRatios(ours: readonly Figures[], theirs: readonly Figures[]) {
  const least = (key: keyof Figures, size: number) =>
    Math.round(10 * Math.min(...ours.map((round, i) => round[key][size] / theirs[i][key][size]))) / 10;
  return byKey((key) => bySize((size) => least(key, size)));
}
