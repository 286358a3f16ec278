export * from "./correlation";
export * from "./events";
export * from "./host";
export * from "./model";
export * from "./places";
export * from "./rates";
export * from "./restarts";
export * from "./trained";
