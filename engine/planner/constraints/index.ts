export * from "./constraint";
export * from "./registry";
