export * from "./host-failures";
export * from "./redirect";
export * from "./replicas";
export * from "./request";
export * from "./restart-room";
export * from "./virtual-machine-risk";
