export * from "./plan";
export * from "./request";
export * from "./plan-placement";
export * from "./candidate-hosts";
