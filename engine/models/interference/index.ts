export * from "./schema";
export type { Row } from "./kernel/covariance";
export * from "./pairs";
export { ADDITIVE, fitAdditive } from "./additive";
