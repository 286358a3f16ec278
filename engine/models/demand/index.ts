export * from "./model";
export * from "./seasonal";
export * from "./trend";
export * from "./profile";
export * from "./configured";
export * from "./forecast";
