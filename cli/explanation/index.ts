export { costTable, explain, type Explanation } from "./subjects";
export { explainScheduledWave, scheduledWaveId, type WaveExplanation } from "./wave";
