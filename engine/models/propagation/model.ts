import { AffinityError } from "../../errors";
import { validate } from "../../validate";
import type { RunOptions } from "../progress";
import { compileGraph } from "./cascade-graph";
import { type GraphUpdate, emptyGraph, updateGraph } from "./graph";
import { type FailureReach, type InitialFailure } from "./risk";
import type { SpareCapacity } from "./rules/rule";
import { type PropagationFile, type PropagationRules, propagationFileSchema, propagationRulesSchema } from "./schema";
import { openSimulator } from "./threads";
import { transmissionEdges } from "./transmission";

export interface SimulationOptions extends RunOptions {
  readonly seed: number;
  /** Simulated worlds; the standard error of a probability p is sqrt(p (1 - p) / worlds). 10,000 when not given. */
  readonly worlds?: number;
  readonly threads?: number;
  readonly spare?: SpareCapacity;
}

/** A model of failures that spread along communication: nothing known yet, and the rules in force. */
export function fitPropagation(
  update: GraphUpdate,
  rules: Partial<PropagationRules> = {},
  halfLifeSeconds = 3600,
): PropagationFile {
  const file: PropagationFile = {
    model: "propagation",
    version: 1,
    trainedUntil: update.asOf,
    samples: 0,
    skill: null,
    graph: emptyGraph(halfLifeSeconds),
    rules: propagationRulesSchema.parse(rules),
  };
  return updatePropagation(file, update);
}

/** Takes in one more interval of traffic, every 5 to 15 minutes. */
export function updatePropagation(file: PropagationFile, update: GraphUpdate): PropagationFile {
  return {
    ...file,
    trainedUntil: Math.max(file.trainedUntil, update.asOf),
    samples: file.samples + update.flows.length + update.declared.length,
    graph: updateGraph(file.graph, update),
  };
}

/** @throws AffinityError MODEL_INVALID with every problem of the file */
export function readPropagation(content: unknown, subject = "the model of propagation"): PropagationFile {
  return validate(propagationFileSchema, content, {
    code: "MODEL_INVALID",
    subject,
    hint: "train the model anew",
  });
}

/**
 * Simulates each initial failure alone: what it takes along. Rows are the graph's nodes. Without an edge nothing spreads,
 * and each failure takes its own members: the baseline that serves while nobody knows who talks to whom.
 *
 * @throws AffinityError FAILURE_INVALID for members outside the graph or a probability that is none
 */
export async function predictPropagation(
  file: PropagationFile,
  failures: readonly InitialFailure[],
  options: SimulationOptions,
): Promise<FailureReach> {
  const nodes = file.graph.nodes.length;
  options.signal?.throwIfAborted();
  checkFailures(failures, nodes);
  const spare = options.spare ?? { cpuMhz: null, memoryMb: null };
  const graph = compileGraph(nodes, transmissionEdges(file.graph, file.rules, spare));
  const worlds = options.worlds ?? 10_000;
  const sources = failures.map(({ members }) => Int32Array.from(members));
  const simulator = openSimulator(options.threads ?? 1);
  const stop = () => void simulator.close();
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    const counts = await simulator.all(graph, sources, { seed: options.seed, from: 0, to: worlds });
    return { failures, nodes, worlds, probability: Float32Array.from(counts, (count) => count / worlds) };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", stop);
    await simulator.close();
  }
}

function checkFailures(failures: readonly InitialFailure[], nodes: number): void {
  const problems = failures.flatMap(({ name, members, probability }) => [
    ...members
      .filter((member) => !Number.isInteger(member) || member < 0 || member >= nodes)
      .map((member) => ({ path: name, message: `member ${member} is no node of ${nodes}` })),
    ...(probability >= 0 && probability <= 1
      ? []
      : [{ path: name, message: `the probability ${probability} is not in 0 to 1` }]),
  ]);
  if (problems.length === 0) return;
  throw new AffinityError({ code: "FAILURE_INVALID", message: "an initial failure is not valid", problems });
}
