export { ASSUMED_COMMON_FACTOR, estimateCommonFactor } from "./common-factor";
export * from "./predict";
export * from "./schema";
