export { buildProblem } from "./build-problem";
export { evaluate, isFeasible, type Evaluation } from "./evaluate";
export { lowerBound } from "./lower-bound";
export type { Balances, Counters, Fragments, PairRules, ReassignmentProblem } from "./problem";
export { solve, type Budget, type Solution, type SolveOptions, type SolveProgress } from "./solve";
export { solveInParallel, type ParallelOptions } from "./solve-in-parallel";
export type { BalanceSpec, FragmentSpec, PairCostSpec, ReassignmentSpec, ResourceSpec, RuleSpec } from "./spec";
