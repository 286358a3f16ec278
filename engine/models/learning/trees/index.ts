export * from "./explain";
export * from "./fit";
export * from "./forest";
export { LOSS_NAMES, type LossName, sigmoid } from "./losses";
export * from "./matrix";
export * from "./model";
export * from "./options";
export * from "./quantile";
export type { Tree } from "./tree";
