export * from "./solve";
export * from "./state";
export * from "./search";
export type { BestSoFar, Cut, SearchControl } from "./control";
export * from "./host-loss";
export * from "./move-table";
