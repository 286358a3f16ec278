export * from "./assign-waves";
export * from "./request";
