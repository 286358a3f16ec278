import type { RecordedDemand } from "../demand";
import type { DemandForecaster } from "./forecaster";

/** The oracle: forecasts what was recorded after the history's end. To tell what forecasts could still win. */
export function recordedFuture(demand: RecordedDemand): DemandForecaster {
  const rowOf = new Map(demand.ids.map((id, row) => [id, row]));
  return {
    name: "recorded future",
    forecast({ grid, ids }, horizon) {
      const first = Math.round((grid.start - demand.grid.start) / grid.step) + grid.length;
      const mean = new Float64Array(ids.length * horizon).fill(Number.NaN);
      ids.forEach((id, row) => {
        const values = demand.cpuMhz[rowOf.get(id)!];
        for (let slot = 0; slot < horizon && first + slot < values.length; slot++)
          mean[row * horizon + slot] = values[first + slot];
      });
      return { mean, variance: new Float64Array(mean.length) };
    },
  };
}
