export * from "./logistic";
