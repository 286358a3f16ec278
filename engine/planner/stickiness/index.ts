export * from "./conflicts";
export * from "./duration";
export * from "./group-risk";
export * from "./keep-expiry";
export * from "./plan-stickiness";
export * from "./request";
