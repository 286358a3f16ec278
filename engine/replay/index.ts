export * from "./demand";
export * from "./forecasts";
export * from "./policies";
export * from "./policy";
export { replay, type ReplayCluster, type ReplayOptions } from "./replay";
export type { ReplayedDay, ReplayOutcome } from "./tally";
