export { syntheticCluster, type SyntheticCluster } from "./cluster";
export type { SyntheticOptions } from "./options";
export { SyntheticTelemetry } from "./telemetry";
export { type SyntheticFiles, type WriteProgress, writeSyntheticCluster } from "./write";
