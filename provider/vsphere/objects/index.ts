export { readSnapshot, SNAPSHOT_PATHS, type Collected } from "./snapshot";
