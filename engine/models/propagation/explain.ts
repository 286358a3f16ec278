import { type FailureReach, explainRisk, riskScores } from "./risk";
import { PROPAGATION_RULES } from "./rules/registry";
import type { SpareCapacity } from "./rules/rule";
import type { PropagationFile } from "./schema";
import { transmissionEdges } from "./transmission";

/** Why a VM has its risk score. */
export interface RiskExplanation {
  readonly id: string;
  readonly risk: number;
  /** Initial failures by their part in it, greatest first. */
  readonly causes: ReturnType<typeof explainRisk>;
  /** The VMs it depends on, by the probability that their failure goes on to it. */
  readonly dependsOn: readonly { readonly id: string; readonly probability: number }[];
  /** Names of the rules that made those probabilities. */
  readonly rules: readonly string[];
}

/** @param node row of the graph's nodes */
export function explainPropagation(
  file: PropagationFile,
  reach: FailureReach,
  node: number,
  spare: SpareCapacity = { cpuMhz: null, memoryMb: null },
): RiskExplanation {
  const dependsOn = transmissionEdges(file.graph, file.rules, spare)
    .filter((edge) => edge.to === node)
    .map((edge) => ({ id: file.graph.nodes[edge.from].id, probability: edge.probability }))
    .sort((a, b) => b.probability - a.probability || (a.id < b.id ? -1 : 1));
  return {
    id: file.graph.nodes[node].id,
    risk: riskScores(reach)[node],
    causes: explainRisk(reach, node),
    dependsOn,
    rules: PROPAGATION_RULES.map((rule) => rule.name),
  };
}
