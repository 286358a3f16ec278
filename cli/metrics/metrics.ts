import type { ModelHealth } from "../../engine/models/health";
import { isFailed } from "../../engine/models/unavailable";
import type { TrainedModels } from "../../engine/models/training";
import type { Metric, Sample } from "./exposition";

const PREFIX = "vsphere_affinity_";

/** Every metric that a run may write, by its name without the prefix: what dashboards, alert rules and documents may name. */
export const METRIC_HELP = {
  build_info: "The version that ran; always 1.",
  run_timestamp_seconds: "When the last run ended, as seconds since 1970.",
  run_duration_seconds: "How long the last run took.",
  run_success: "1 if the last run did what it was to do, 0 if it failed or something in it did.",
  findings: "What the last apply or drift found of what programs declared, by class and outcome.",
  drift: "Places where the cluster has left its plan, by class.",
  plan_timestamp_seconds: "The instant that the compared plan was made for, as seconds since 1970.",
  migrations_24h: "VMs moved by this package in the 24 hours before the run ended.",
  migrations_failed_24h: "Moves by this package that failed or were taken back in the 24 hours before the run ended.",
  journal_mirrored: "1 if all of the journal is copied to InfluxDB, 0 if the copy is behind; absent without one.",
  preparation_windows:
    "Windows of a HostPreparation so far: hit, cold-start (a request, nothing prepared), false-positive.",
  preparation_overhead: "What a HostPreparation has held so far, times the hours: cpu-mhz, memory-mib, datastore-gib.",
  model_judged_forecasts: "Forecasts of a model that came true or did not.",
  model_calibration_error_ratio: "Mean distance of a model's probabilities from the observed frequencies, 0 to 1.",
  model_skill_ratio: "Brier skill of a model over the events' own frequency; below 0 a constant does better.",
  model_error_growth_ratio:
    "Brier score of a model's newest quarter of forecasts over that of those before; above 1: worse.",
  model_serving: "1 if a trained model serves; 0 if its file is damaged, stale or withdrawn; absent if never trained.",
  model_healthy: "0 if a model's accuracy raises the alarm, else 1; absent until enough was judged.",
} as const;
export type MetricName = keyof typeof METRIC_HELP;

export const fullName = (name: MetricName): string => `${PREFIX}${name}`;

export function metric(name: MetricName, ...samples: Sample[]): Metric {
  return { name: fullName(name), help: METRIC_HELP[name], samples };
}

/** A sample for every known value of a label, so that what was counted and isn't there is 0, and alerts see it end. */
export function counted<T extends string>(
  name: MetricName,
  label: string,
  known: readonly T[],
  items: readonly T[],
): Metric {
  const samples = known.map((value) => ({
    labels: { [label]: value },
    value: items.filter((item) => item === value).length,
  }));
  return metric(name, ...samples);
}

export function modelMetrics(health: readonly ModelHealth[]): Metric[] {
  const samples = (valueOf: (model: ModelHealth) => number | null): Sample[] =>
    health.flatMap((model) => {
      const value = valueOf(model);
      return value === null ? [] : [{ labels: { model: model.model }, value }];
    });
  return [
    metric("model_judged_forecasts", ...samples(({ judged }) => judged)),
    metric("model_calibration_error_ratio", ...samples(({ calibrationError }) => calibrationError)),
    metric("model_skill_ratio", ...samples(({ skill }) => skill)),
    metric("model_error_growth_ratio", ...samples(({ drift }) => drift)),
    metric("model_healthy", ...samples(({ state }) => (state === "unknown" ? null : state === "good" ? 1 : 0))),
  ];
}

/**
 * @param models what the settings name; null where they name none
 * @param fell names of models that were asked and gave nothing of use
 */
export function servingMetrics(
  models: Pick<TrainedModels, "inputs" | "unavailable"> | null,
  fell: readonly string[] = [],
): Metric[] {
  if (!models) return [];
  const failed = [...new Set([...models.unavailable.filter(isFailed).map(({ name }) => name), ...fell])];
  const sample = (model: string, value: number): Sample => ({ labels: { model }, value });
  return [
    metric(
      "model_serving",
      ...models.inputs.filter(({ name }) => !failed.includes(name)).map(({ name }) => sample(name, 1)),
      ...failed.map((name) => sample(name, 0)),
    ),
  ];
}

const DAY = 24 * 3600;

interface Move {
  readonly kind: string;
  readonly outcome: { readonly at: number; readonly result: string } | null;
}

/** @param actions of the log of actions, of one vCenter */
export function moveMetrics(actions: readonly Move[], now: number): Metric[] {
  const recent = actions.filter(({ kind, outcome }) => kind === "relocate" && outcome && outcome.at > now - DAY);
  const count = (...results: string[]) => recent.filter(({ outcome }) => results.includes(outcome!.result)).length;
  return [
    metric("migrations_24h", { labels: {}, value: count("done") }),
    metric("migrations_failed_24h", { labels: {}, value: count("failed", "reverted") }),
  ];
}
