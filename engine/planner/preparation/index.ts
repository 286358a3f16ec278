export * from "./amounts";
export * from "./choose-datastore";
export * from "./overhead";
export * from "./plan-preparation";
export * from "./request";
export * from "./room";
export * from "./window";
