export * from "./forecaster";
export * from "./last-value";
export * from "./levels";
export * from "./recorded";
export * from "./trained";
