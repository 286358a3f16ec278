export * from "./schema";
export * from "./inventory";
export * from "./evc";
export * from "./file";
