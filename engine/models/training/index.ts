export { updateCommunication } from "./communication";
export * from "./flows";
export * from "./load";
export { readHostEvents, readRequests } from "./records";
export * from "./registry";
export * from "./requests";
export * from "./train";
export * from "./trainable";
export * from "./training-data";
