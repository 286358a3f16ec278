import { type Calibration, calibrate } from "../learning/calibration";
import { Forest } from "../learning/trees";
import { FEATURES, writeFeatures } from "./features";
import { idleHazard } from "./hazard";
import type { RequestLog } from "./log";
import type { RequestModel } from "./model";
import { requestContributions, requestProbabilities } from "./request-trees";
import { type RequestSubject, viewOf } from "./subjects";
import { RequestTracker } from "./tracker";

/**
 * Answers, window by window, how likely requests are in it, from what was before. The histograms, rhythms and sequences
 * that the features are made of go on learning as it walks; the trees stay as they were trained.
 */
export class RequestForecaster {
  readonly tracker: RequestTracker;
  private readonly forest: Forest | null;
  private readonly calibration: Calibration | null;

  constructor(
    readonly model: RequestModel,
    log: RequestLog,
  ) {
    this.tracker = new RequestTracker(log);
    this.forest = model.method === "boosted trees" && model.trees ? new Forest(model.trees) : null;
    this.calibration = model.calibration;
  }

  /** Takes in what happened before that window, whose probabilities `predict` then gives. */
  update(window: number): this {
    this.tracker.advanceTo(window);
    return this;
  }

  /** Probability of a request in the tracker's window by subject, each between 0 and 1. */
  predict(subjects: readonly RequestSubject[]): Float64Array {
    const views = subjects.map((subject) => viewOf(this.tracker, subject));
    if (!this.forest) return Float64Array.from(views, idleHazard);
    const columns = FEATURES.length;
    const values = new Float32Array(subjects.length * columns);
    views.forEach((view, row) => writeFeatures(view, values, row * columns));
    const probabilities = requestProbabilities(this.forest, { rows: subjects.length, columns, values });
    const { calibration } = this;
    return calibration ? probabilities.map((p) => calibrate(calibration, p)) : probabilities;
  }

  /** What spoke for and against a request in the tracker's window: the features that moved the log odds most. */
  explain(subject: RequestSubject, most = 5): { feature: string; value: number; logOdds: number }[] {
    const view = viewOf(this.tracker, subject);
    if (!this.model.trees || !this.forest) {
      const hazard = idleHazard(view);
      return [{ feature: "hazard", value: hazard, logOdds: Math.log(hazard / (1 - hazard)) }];
    }
    const row = new Float32Array(FEATURES.length);
    writeFeatures(view, row);
    return [...requestContributions(this.model.trees, row)]
      .map((logOdds, i) => ({ feature: FEATURES[i], value: row[i], logOdds }))
      .filter(({ logOdds }) => logOdds !== 0)
      .sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds))
      .slice(0, most);
  }
}
