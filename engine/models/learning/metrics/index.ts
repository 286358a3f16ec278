export * from "./brier";
export * from "./log-loss";
export * from "./pinball";
export * from "./ranking";
export * from "./reliability";
