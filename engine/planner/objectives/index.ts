export * from "./objective";
export * from "./registry";
