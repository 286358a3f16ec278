import type { DemandForecaster } from "./forecaster";

/** No forecast: what is asked for now is what will be. */
export const lastValue: DemandForecaster = {
  name: "last value",
  forecast({ cpuMhz }, horizon) {
    const mean = new Float64Array(cpuMhz.length * horizon);
    cpuMhz.forEach((values, row) => {
      const newest = values.findLast((value) => !Number.isNaN(value)) ?? Number.NaN;
      mean.fill(newest, row * horizon, (row + 1) * horizon);
    });
    return { mean, variance: new Float64Array(mean.length) };
  },
};
