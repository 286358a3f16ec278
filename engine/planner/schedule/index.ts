export * from "./assign-waves";
export * from "./request";
export * from "./hold-moves";
