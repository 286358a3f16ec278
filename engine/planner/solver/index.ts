export * from "./solve";
export * from "./state";
export * from "./search";
export * from "./host-loss";
export * from "./move-table";
