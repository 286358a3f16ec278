export * from "./idle";
export * from "./planned";
export * from "./threshold";
