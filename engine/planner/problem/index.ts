export * from "./model";
export * from "./compile";
export * from "./problem";
export * from "./units";
