export * from "./load";
export * from "./records";
export * from "./registry";
export * from "./requests";
export * from "./train";
export * from "./trainable";
export * from "./training-data";
