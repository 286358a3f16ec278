import { createRandom } from "../../random";
import type { MetricId } from "../../telemetry/schema";
import {
  type DemandModelFile,
  demandModelFileSchema,
  fitDemandForecaster,
  rhythmOf,
  trainingSeriesOf,
} from "../demand";
import { seasonalBaseline } from "../demand/seasonal";
import { HOUR } from "../history";
import { type Trainable, lessLoss } from "./trainable";

/** Of more VMs so many are drawn: the trees learn no more from more, and the others are served by the whole's skill. */
const MOST_SERIES = 1500;
/** What a day's cycle lets a forecaster of hours look ahead. */
const MOST_HOURS = 24;

const trainable = (name: string, metric: MetricId, what: string): Trainable<DemandModelFile> => ({
  name,
  needs: `two weeks of hourly ${what} of VMs`,
  fallback: seasonalBaseline.name,
  schema: demandModelFileSchema,
  fit(data, { seed, signal, onProgress }) {
    if (!data.vms) return "no telemetry is configured";
    const all = trainingSeriesOf(data.vms, metric);
    if (all.length === 0) return `no VM has enough ${what}`;
    const drawn = all.length <= MOST_SERIES ? all : createRandom(seed, "series").shuffle(all).slice(0, MOST_SERIES);
    const rhythm = rhythmOf(HOUR, Math.min(MOST_HOURS, data.horizonHours));
    const file = fitDemandForecaster(drawn, rhythm, { seed, signal, onProgress });
    return file ?? `the ${what} of VMs is too short to learn from and to hold a part out`;
  },
  headerOf: (file) => file,
  // The file says series by series which of the two is better, but where the whole is no better, those are luck.
  serves: lessLoss,
});

export const cpuDemand = trainable("demand/quantile/cpu", "vmCpuMhz", "CPU use");
export const memoryDemand = trainable("demand/quantile/memory", "vmMemoryConsumedMb", "consumed memory");
