export * from "./errors";
export * from "./digest";
export * from "./snapshot";
export * from "./telemetry";
export * from "./models";
export * from "./planner";
export * from "./journal";
export * from "./run";
