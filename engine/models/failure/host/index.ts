export * from "./model";
export { HOST_FEATURES } from "./features";
