export * from "./model";
export * from "./rates";
