import type { DemandForecaster as TrainedForecaster } from "../models/demand";
import { momentsOf, QUANTILE_LEVELS } from "../models/demand/quantile";
import { writeForecast } from "../models/demand/resource-quantiles";
import { seasonalBaseline } from "../models/demand/seasonal";
import { HOUR } from "../models/history";
import type { DemandForecaster, RecordedDemand } from "../replay";

const LEVELS = QUANTILE_LEVELS.length;

/**
 * The forecasts that plans rest on, for a replay: hourly, of the trained forecaster where it serves a VM, of the seasonal
 * baseline otherwise; every slot of an hour has the hour's. Nobody knows the need of a VM whose history is too short.
 */
export function plannersForecaster(trained: TrainedForecaster | null): DemandForecaster {
  return { name: trained ? trained.file.model : seasonalBaseline.name, forecast };

  function forecast({ grid, ids, cpuMhz }: RecordedDemand, horizon: number) {
    const now = grid.start + grid.length * grid.step;
    const firstHour = Math.floor(now / HOUR);
    const hours = Math.ceil((now + horizon * grid.step) / HOUR) - firstHour;
    const mean = new Float64Array(ids.length * horizon).fill(Number.NaN);
    const variance = new Float64Array(ids.length * horizon);
    const hourly = { mean: new Float64Array(hours), variance: new Float64Array(hours) };
    const quantiles = new Float64Array(Math.max(hours, trained?.rhythm.horizon ?? 0) * LEVELS);
    ids.forEach((id, row) => {
      const history = hoursOf(cpuMhz[row], grid.start, grid.step);
      const fit = seasonalBaseline.fit(history);
      if (!fit) return;
      seasonalBaseline.predict(fit, firstHour, hours, hourly.mean, hourly.variance, 0);
      if (trained && writeForecast(trained, id, history.values, history.firstHour, firstHour, hours, quantiles, 0)) {
        for (let hour = 0; hour < Math.min(hours, trained.rhythm.horizon); hour++) {
          const moments = momentsOf(quantiles, hour * LEVELS);
          hourly.mean[hour] = Math.max(0, moments.mean);
          hourly.variance[hour] = moments.variance;
        }
      }
      for (let slot = 0; slot < horizon; slot++) {
        const hour = Math.floor((now + slot * grid.step) / HOUR) - firstHour;
        mean[row * horizon + slot] = hourly.mean[hour];
        variance[row * horizon + slot] = hourly.variance[hour];
      }
    });
    return { mean, variance };
  }
}

/** Means of the hours; one that is under way has those of its samples so far. */
function hoursOf(values: Float64Array, start: number, step: number): { values: Float64Array; firstHour: number } {
  const firstHour = Math.floor(start / HOUR);
  const sums = new Float64Array(Math.ceil((start + values.length * step) / HOUR) - firstHour);
  const counts = new Float64Array(sums.length);
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    const hour = Math.floor((start + i * step) / HOUR) - firstHour;
    sums[hour] += value;
    counts[hour]++;
  });
  return { firstHour, values: sums.map((sum, hour) => (counts[hour] > 0 ? sum / counts[hour] : Number.NaN)) };
}
