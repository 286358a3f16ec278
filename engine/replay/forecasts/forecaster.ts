import type { DemandForecast } from "../../models/assessment";
import type { RecordedDemand } from "../demand";

/** Demand of every VM in the slots after the history's end, [VM][slot], MHz; NaN where there is no ground for one. */
export interface DemandForecaster {
  readonly name: string;
  forecast(history: RecordedDemand, horizon: number): DemandForecast;
}
