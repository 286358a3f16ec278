export * from "./assessment";
export * from "./relations";
export * from "./model-file";
export * from "./assess";
export * from "./history";
export * from "./progress";
export * from "./demand";
export * from "./failure";
