export * from "./engine";
export { AffinityError } from "./engine/errors";
