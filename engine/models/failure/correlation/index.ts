export * from "./correlate";
export * from "./joint";
export * from "./model";
export * from "./shared-parts";
