import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { AffinityError } from "../../errors";
import type { CascadeGraph } from "./cascade-graph";
import { type Cascades, type Worlds, simulateCascades } from "./simulate";
import { simulateAll } from "./simulate-all";
import { type Counts, type SharedTotals, addPart, countsIn, createTotals, partsOf } from "./totals";

/** What a thread is asked for; see worker.ts. */
export type Job =
  | { readonly kind: "one"; readonly graph: CascadeGraph; readonly sources: Int32Array; readonly worlds: Worlds }
  | {
      readonly kind: "all";
      readonly graph: CascadeGraph;
      readonly sources: readonly Int32Array[];
      readonly worlds: Worlds;
      readonly totals: SharedTotals;
    };

/** The kernels, their worlds shared among threads. No count depends on how many threads there are. */
export interface Simulator {
  /** As {@link simulateCascades}. */
  one(graph: CascadeGraph, sources: Int32Array, worlds: Worlds): Promise<Cascades>;
  /** As {@link simulateAll}: [source][node] worlds. */
  all(graph: CascadeGraph, sources: readonly Int32Array[], worlds: Worlds): Promise<Counts>;
  /** Ends the threads; what still runs is rejected. */
  close(): Promise<void>;
}

/** @param threads one starts none: the work is done where it is asked for */
export function openSimulator(threads: number): Simulator {
  if (threads <= 1)
    return {
      one: (graph, sources, worlds) => Promise.resolve(simulateCascades(graph, sources, worlds)),
      all: (graph, sources, worlds) => Promise.resolve(simulateAll(graph, sources, worlds)),
      close: () => Promise.resolve(),
    };
  const pool = Array.from({ length: threads }, openThread);
  const share = <T>(worlds: Worlds, jobOf: (part: Worlds) => Job) =>
    Promise.all(split(worlds, threads).map((part, i) => pool[i].run<T>(jobOf(part))));
  return {
    one: async (graph, sources, worlds) => {
      const parts = await share<Cascades>(worlds, (part) => ({ kind: "one", graph, sources, worlds: part }));
      return { failed: sum(parts.map((part) => part.failed)), sizes: sum(parts.map((part) => part.sizes)) };
    },
    all: async (graph, sources, worlds) => {
      let sum: Counts | null = null;
      for (const part of partsOf(worlds)) {
        const totals = createTotals(sources.length, graph.nodes);
        await share(part, (some) => ({ kind: "all", graph, sources, worlds: some, totals }));
        sum = addPart(sum, countsIn(totals));
      }
      return sum!;
    },
    close: async () => {
      await Promise.all(pool.map((thread) => thread.close()));
    },
  };
}

function split(worlds: Worlds, threads: number): Worlds[] {
  const total = worlds.to - worlds.from;
  const bound = (i: number) => worlds.from + Math.round((total * i) / threads);
  return Array.from({ length: threads }, (_, i) => ({ seed: worlds.seed, from: bound(i), to: bound(i + 1) }));
}

function sum([first, ...rest]: readonly Float64Array[]): Float64Array {
  for (const other of rest) for (let i = 0; i < other.length; i++) first[i] += other[i];
  return first;
}

interface Thread {
  run<T>(job: Job): Promise<T>;
  close(): Promise<unknown>;
}

/** A thread answers its jobs in the order in which they came. */
function openThread(): Thread {
  const worker = new Worker(join(__dirname, "worker.js"));
  const waiting: { resolve(result: unknown): void; reject(error: Error): void }[] = [];
  let broken: AffinityError | null = null;
  const fail = (cause: Error) => {
    broken ??= new AffinityError({ code: "SIMULATION_FAILED", message: "a thread of the simulation ended", cause });
    for (const { reject } of waiting.splice(0)) reject(broken);
  };
  worker.on("message", (result) => waiting.shift()?.resolve(result));
  worker.on("error", fail);
  worker.on("exit", (code) => fail(new Error(`exit code ${code}`)));
  // An idle thread is no reason for the process to stay.
  worker.unref();
  return {
    run: <T>(job: Job) =>
      new Promise<T>((resolve, reject) => {
        if (broken) return reject(broken);
        worker.ref();
        const settled = () => {
          if (waiting.length === 0) worker.unref();
        };
        waiting.push({
          resolve: (result) => (settled(), resolve(result as T)),
          reject: (error) => (settled(), reject(error)),
        });
        worker.postMessage(job);
      }),
    close: () => worker.terminate(),
  };
}
