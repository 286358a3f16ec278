export * from "./cluster";
export * from "./defragment";
export { replay } from "./replay";
