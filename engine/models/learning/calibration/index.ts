export * from "./beta";
export * from "./calibration";
export * from "./isotonic";
