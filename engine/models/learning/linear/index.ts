export * from "./logistic";
export * from "./online";
