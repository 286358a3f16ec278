export * from "./objective";
export * from "./registry";
export * from "./comparison";
