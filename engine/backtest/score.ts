import { brierScore, expectedCalibrationError } from "../models/learning";

/** How well a model of the package did on history that it did not know, beside its fallback. */
export interface BacktestRow {
  readonly model: string;
  /** Such as "weighted quantile loss" or "Brier score": less is better. */
  readonly measure: string;
  /** Forecasts that were judged. */
  readonly judged: number;
  readonly error: number | null;
  readonly fallback: string;
  readonly fallbackError: number | null;
  /** 1 - error / that of the fallback; above 0 is better. */
  readonly skill: number | null;
  /** Expected calibration error of what a plan would have been told; null for what is no probability. */
  readonly calibrationError: number | null;
  /** Why there is no figure; empty where there is. */
  readonly because: string;
}

/** Probabilities of model and fallback, and what came true. */
export class Probabilities {
  private readonly model: number[] = [];
  private readonly fallback: number[] = [];
  private readonly outcomes: number[] = [];

  add(model: number, fallback: number, outcome: 0 | 1): void {
    this.model.push(model);
    this.fallback.push(fallback);
    this.outcomes.push(outcome);
  }

  row(model: string, fallback: string, because = ""): BacktestRow {
    const judged = this.outcomes.length;
    if (judged === 0) return nothing(model, "Brier score", fallback, because || "nothing could be judged");
    const error = brierScore(this.model, this.outcomes);
    const fallbackError = brierScore(this.fallback, this.outcomes);
    return {
      ...{ model, measure: "Brier score", judged, error, fallback, fallbackError },
      skill: fallbackError === 0 ? null : 1 - error / fallbackError,
      calibrationError: expectedCalibrationError(this.model, this.outcomes, 10, "count"),
      because,
    };
  }
}

/** Weighted quantile loss: twice the pinball loss over all levels, over the sum of what came true. */
export class QuantileLoss {
  private model = 0;
  private fallback = 0;
  private amount = 0;
  private judged = 0;

  add(model: number, fallback: number, actual: number): void {
    this.model += model;
    this.fallback += fallback;
    this.amount += Math.abs(actual);
    this.judged++;
  }

  row(model: string, fallback: string, because = ""): BacktestRow {
    const measure = "weighted quantile loss";
    if (this.judged === 0) return nothing(model, measure, fallback, because || "nothing could be judged");
    return {
      ...{ model, measure, judged: this.judged, fallback, because, calibrationError: null },
      error: this.amount > 0 ? (2 * this.model) / this.amount : null,
      fallbackError: this.amount > 0 ? (2 * this.fallback) / this.amount : null,
      skill: this.fallback > 0 ? 1 - this.model / this.fallback : null,
    };
  }
}

export function nothing(model: string, measure: string, fallback: string, because: string): BacktestRow {
  const none = { error: null, fallbackError: null, skill: null, calibrationError: null };
  return { ...{ model, measure, judged: 0, fallback, because }, ...none };
}
