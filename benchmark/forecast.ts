import { parseArgs } from "node:util";
import {
  DemandForecaster,
  type DemandModelFile,
  fitDemandForecaster,
  rhythmOf,
  updateDemandForecaster,
} from "../engine/models/demand/quantile";
import { type UsageSeries, readUsage, traceFile } from "./forecast/data";
import { HORIZON, type Task, earliestOrigin, scoreOf, tasksOf } from "./forecast/tasks";
import { dataFolder } from "./support/data";
import { runPeer } from "./support/peer";

const STEP = 300;

/**
 * Claim: quantile forecasts of VMs' CPU, four hours ahead in steps of five minutes, are nearer the truth than a
 * pre-trained transformer's, LightGBM's and yesterday's.
 * Method: Bitbrains' VMware VMs (Shen et al., CCGrid 2015); the newest six windows of each series, half a day apart.
 * The model is trained on what lies before the earliest window of each series. MASE (season of a day, mean over the
 * windows), WQL over nine quantiles, coverage of the 80 % interval; the time is that of prediction, from the raw
 * history of a series to all quantiles of all slots. The peers run beside it on the same windows.
 * `updated` has the same figures of a file that `updateDemandForecaster` brought up to each window's origin; the main
 * figures are of the file as it was trained.
 * `--before N` leaves the newest N slots out: windows before the benchmark's own, on which the design was chosen.
 */
export async function run(args: string[]): Promise<Record<string, unknown>> {
  const { values: options } = parseArgs({
    args,
    options: {
      data: { type: "string" },
      seed: { type: "string", default: "1" },
      before: { type: "string", default: "0" },
      peers: { type: "string", default: "yes" },
    },
  });
  const folder = await dataFolder(options.data);
  const path = folder && traceFile(folder);
  if (!path) return { skipped: "no trace.parquet in the data folder: give --data, or set AFFINITY_DATA" };
  const [seed, before] = [Number(options.seed), Number(options.before)];
  const series = (await readUsage(path)).map((one) => ({
    ...one,
    values: one.values.subarray(0, one.values.length - before),
  }));
  const tasks = tasksOf(series);
  process.stderr.write(`${series.length} series, ${tasks.length} windows\n`);

  let since = performance.now();
  const file = fitDemandForecaster(
    series.map((one) => ({ ...one, until: earliestOrigin(one.values.length) })),
    rhythmOf(STEP, HORIZON),
    { seed, onProgress: ({ what, done, total }) => process.stderr.write(`  ${what} ${done}/${total}\n`) },
  );
  if (!file) return { skipped: "the series are too short to train on" };
  const trainSeconds = (performance.now() - since) / 1000;
  process.stderr.write(`trained in ${trainSeconds.toFixed(1)} s; held out: ${JSON.stringify(file.skill)}\n`);

  const forecaster = new DemandForecaster(file);
  // The first forecasts warm up the compiler; what is timed is what a run of thousands of VMs sees.
  for (const task of tasks.slice(0, 20)) forecaster.forecast(series[task.series].values.slice(0, task.origin));
  since = performance.now();
  const forecasts = tasks.map(({ series: s, origin }) => forecaster.forecast(series[s].values.slice(0, origin)));
  const msPerSeries = (performance.now() - since) / tasks.length;

  const peers = options.peers === "yes" && before === 0 ? await runPeer("forecast", [path]) : { notRun: "not asked" };
  return {
    ...rounded({ ...scoreOf(tasks, forecasts), msPerSeries }),
    updated: rounded(scoreOf(tasks, forecastUpdated(file, series, tasks))),
    windows: tasks.length,
    series: series.length,
    trainSeconds: Math.round(trainSeconds),
    seed,
    served: Object.values(file.series).filter(({ model, baseline }) => model < baseline).length,
    baseline: peers,
  };
}

/** Forecasts of the windows in the order of time, the file updated by what came true before each. */
function forecastUpdated(trained: DemandModelFile, series: readonly UsageSeries[], tasks: readonly Task[]) {
  const forecasts: Float64Array[] = [];
  let forecaster = new DemandForecaster(trained);
  const secondsAt = ({ series: s, origin }: Task) => series[s].start + origin * STEP;
  const inOrder = tasks.map((_, t) => t).sort((a, b) => secondsAt(tasks[a]) - secondsAt(tasks[b]));
  for (const t of inOrder) {
    const { series: s, origin } = tasks[t];
    const now = secondsAt(tasks[t]);
    if (now - forecaster.file.trainedUntil >= HORIZON * STEP) {
      const untilOf = ({ start, values }: UsageSeries) =>
        Math.max(0, Math.min(values.length, Math.floor((now - start) / STEP)));
      const known = series.map((one) => ({ ...one, until: untilOf(one) }));
      forecaster = new DemandForecaster(updateDemandForecaster(forecaster.file, known).file);
    }
    forecasts[t] = forecaster.forecast(series[s].values.slice(0, origin));
  }
  return forecasts;
}

const rounded = (figures: object) =>
  Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [key, Math.round((value as number) * 10_000) / 10_000]),
  );
