export * from "./schema";
export type { Row } from "./kernel/covariance";
export { type PairEstimate, type PairSkill, learnPairs } from "./pairs";
export { ADDITIVE } from "./additive";
export * from "./observation";
export * from "./model";
export * from "./affinity";
