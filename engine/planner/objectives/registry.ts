import type { State } from "../solver/state";
import { balance } from "./balance";
import { contention } from "./contention";
import { correlatedFailure } from "./correlated-failure";
import { headroom } from "./headroom";
import { hostRisk } from "./host-risk";
import { classAffinity, hostPreference } from "./host-service";
import { interference } from "./interference";
import { moveCost } from "./move-cost";
import type { BoundObjective, Objective } from "./objective";
import { power } from "./power";
import { preference } from "./preference";
import { traffic } from "./traffic";

/** Every objective there is, the weightiest by default first. */
export const OBJECTIVES: readonly Objective[] = [
  contention,
  hostRisk,
  correlatedFailure,
  interference,
  hostPreference,
  traffic,
  preference,
  balance,
  classAffinity,
  headroom,
  power,
  moveCost,
];

/** Those that have a say; what a plan's costs are made of. */
export function bindObjectives(state: State): BoundObjective[] {
  const { weights } = state.problem.model.request.config;
  return OBJECTIVES.flatMap((objective) => objective.bind(state, weights[objective.name]) ?? []);
}
