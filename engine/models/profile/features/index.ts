export * from "./subject";
export * from "./row";
