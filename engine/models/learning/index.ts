export * from "./calibration";
export * from "./linear";
export * from "./metrics";
export * from "./trees";
