export * from "./calibration";
export * from "./metrics";
export * from "./trees";
