export * from "./assessment";
export * from "./assess";
export * from "./history";
export * from "./progress";
export * from "./demand";
export * from "./failure";
