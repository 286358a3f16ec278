export { syntheticCluster, type SyntheticCluster } from "./cluster";
export { SYNTHETIC_REVISION, type SyntheticOptions } from "./options";
export { SyntheticTelemetry } from "./telemetry";
export { type SyntheticFiles, type WriteProgress, writeSyntheticCluster } from "./write";
