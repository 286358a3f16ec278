export { checkMoveScoring, EXACT_LIMIT } from "./checkMoveScoring";
export {
  chooseDevice,
  describeDevices,
  DEVICE_NAMES,
  RACE_WORK,
  type ChooseOptions,
  type DeviceReport,
} from "./choose";
export type { Device, DeviceName, MoveScoring } from "./device";
export { openDevice, type OpenDevice, type OpenedDevice } from "./devices/open";
export { race, RACE_LIMITS, type RaceLimits, type RaceResult } from "./race";
export type { DeviceReport } from "./report";
export { scoreMovesReference } from "./reference/scoreMoves";
export { extremeJob, typicalJob, workOf, type JobSize } from "./samples";
export { selfTest, type SelfTestFailure } from "./selftest";
export { DEVICE_NAMES, type Trial, type TrialOptions } from "./trial";
