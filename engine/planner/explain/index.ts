export * from "./conflict";
export * from "./forecast";
export * from "./reasons";
export * from "./refusals";
export * from "./violations";
