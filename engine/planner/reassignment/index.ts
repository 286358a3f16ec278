export { buildProblem } from "./build-problem";
export type { Balances, Counters, Fragments, PairRules, ReassignmentProblem } from "./problem";
export type { BalanceSpec, FragmentSpec, PairCostSpec, ReassignmentSpec, ResourceSpec, RuleSpec } from "./spec";
