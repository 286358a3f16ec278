import type { State } from "../solver/state";
import { balance } from "./balance";
import { contention } from "./contention";
import { hostRisk } from "./host-risk";
import type { BoundObjective, Objective } from "./objective";
import { preference } from "./preference";

/** Every objective there is, the weightiest by default first. */
export const OBJECTIVES: readonly Objective[] = [contention, hostRisk, preference, balance];

export function bindObjectives(state: State): BoundObjective[] {
  const { weights } = state.problem.model.request.config;
  return OBJECTIVES.map((objective) => objective.bind(state, weights[objective.name]));
}
