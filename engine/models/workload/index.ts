export * from "./affinity";
export * from "./classes";
export * from "./file";
export * from "./model";
export * from "./usage-profile";
