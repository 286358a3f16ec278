import {
  type DemandForecaster as TrainedForecaster,
  fillGaps,
  momentsOf,
  QUANTILE_LEVELS,
} from "../../models/demand/quantile";
import type { DemandForecaster } from "./forecaster";

/**
 * The trained quantile forecaster, where it accepts a VM's history, its held-out history says that it serves, and it
 * looks far enough ahead in the same steps; `fallback` for all others. The planner reads mean and variance of the same
 * distribution as the quantiles.
 */
export function trainedForecaster(trained: TrainedForecaster, fallback: DemandForecaster): DemandForecaster {
  const { rhythm } = trained;
  return {
    name: `${trained.file.model}, else ${fallback.name}`,
    forecast(history, horizon) {
      const { mean, variance } = fallback.forecast(history, horizon);
      if (rhythm.stepSeconds !== history.grid.step || rhythm.horizon < horizon) return { mean, variance };
      history.ids.forEach((id, row) => {
        const filled = fillGaps(history.cpuMhz[row]);
        if (!filled || !trained.serves(id) || !trained.accepts(filled.values.length)) return;
        const quantiles = trained.forecast(filled.values);
        for (let slot = 0; slot < horizon; slot++) {
          const moments = momentsOf(quantiles, slot * QUANTILE_LEVELS.length);
          mean[row * horizon + slot] = moments.mean;
          variance[row * horizon + slot] = moments.variance;
        }
      });
      return { mean, variance };
    },
  };
}
