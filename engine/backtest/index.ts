export * from "./backtest";
export * from "./score";
export * from "./what-if";
