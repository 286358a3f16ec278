export * from "./online";
