import { brierScore, expectedCalibrationError, reliabilityBins, type ReliabilityBin } from "./learning";

/** A probability that was said and what came of it. */
export interface Judged {
  readonly model: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly probability: number;
  readonly outcome: 0 | 1;
}

/** How a model has done on what it said of this cluster: on view at any time, and what the alarms go by. */
export interface ModelHealth {
  readonly model: string;
  readonly judged: number;
  /** Null where too little was judged to tell. */
  readonly calibrationError: number | null;
  /** Of the Brier score over that of the events' own frequency before each forecast; above 0: better than it. */
  readonly skill: number | null;
  /** Brier score of the newest quarter over that of what was said before; above 1: it gets worse. Null: too little to tell. */
  readonly drift: number | null;
  readonly reliability: readonly ReliabilityBin[];
  readonly state: "good" | "unknown" | "alarm";
  /** What is the matter, in a sentence; empty where nothing is. */
  readonly alarm: string;
}

export interface HealthLimits {
  /** Judged forecasts below which nothing is said. */
  readonly least: number;
  readonly mostCalibrationError: number;
  /** Skill below this raises the alarm: a constant would have done better. */
  readonly leastSkill: number;
  /** An error that has grown so many times raises the alarm, where chance does not explain it. */
  readonly mostDrift: number;
}

export const HEALTH_LIMITS: HealthLimits = { least: 200, mostCalibrationError: 0.05, leastSkill: 0, mostDrift: 1.5 };

/** The health of each model that said something, by name. */
export function modelHealth(judged: readonly Judged[], limits: HealthLimits = HEALTH_LIMITS): ModelHealth[] {
  const byModel = new Map<string, Judged[]>();
  for (const item of judged) {
    const known = byModel.get(item.model);
    if (known) known.push(item);
    else byModel.set(item.model, [item]);
  }
  return [...byModel.keys()].sort().map((model) => healthOf(model, byModel.get(model)!, limits));
}

function healthOf(model: string, unsorted: readonly Judged[], limits: HealthLimits): ModelHealth {
  const items = [...unsorted].sort((a, b) => a.at - b.at);
  const probabilities = Float64Array.from(items, ({ probability }) => probability);
  const outcomes = Uint8Array.from(items, ({ outcome }) => outcome);
  const reliability = reliabilityBins(probabilities, outcomes, 10, "count");
  if (items.length < limits.least) {
    return {
      model,
      judged: items.length,
      calibrationError: null,
      skill: null,
      drift: null,
      reliability,
      state: "unknown",
      alarm: "",
    };
  }
  const calibrationError = expectedCalibrationError(probabilities, outcomes, 10, "count");
  const constant = brierScore(frequencyBefore(items), outcomes);
  const skill = constant === 0 ? 0 : 1 - brierScore(probabilities, outcomes) / constant;
  const alarms: string[] = [];
  if (calibrationError > limits.mostCalibrationError) {
    alarms.push(`its probabilities are off by ${(100 * calibrationError).toFixed(1)} points on average`);
  }
  if (skill < limits.leastSkill) alarms.push("a constant probability would have done better");
  const drift = errorDrift(items);
  if (drift && drift.ratio > limits.mostDrift && drift.deviations > NOTABLE) {
    alarms.push(`its error has grown ${drift.ratio.toFixed(1)}-fold of late`);
  }
  const state = alarms.length > 0 ? "alarm" : "good";
  return {
    ...{ model, judged: items.length, calibrationError, skill, drift: drift?.ratio ?? null },
    ...{ reliability, state, alarm: alarms.join("; ") },
  };
}

/** Instants that each side of a comparison needs. */
const LEAST_INSTANTS = 20;
/** Standard errors that a change must exceed: instants that follow each other are alike, so chance has more room. */
const NOTABLE = 4;

/**
 * The error of the newest quarter of the instants against that of those before. What is said at one instant shares its
 * fate, so an instant, not a forecast, is what is counted.
 */
function errorDrift(items: readonly Judged[]): { ratio: number; deviations: number } | null {
  const errors: number[] = [];
  for (let from = 0; from < items.length;) {
    let to = from;
    let sum = 0;
    for (; to < items.length && items[to].at === items[from].at; to++) {
      sum += (items[to].probability - items[to].outcome) ** 2;
    }
    errors.push(sum / (to - from));
    from = to;
  }
  const split = Math.floor(errors.length * 0.75);
  const [before, lately] = [momentsOf(errors.slice(0, split)), momentsOf(errors.slice(split))];
  if (before.n < LEAST_INSTANTS || lately.n < LEAST_INSTANTS || !(before.mean > 0)) return null;
  const error = Math.sqrt(before.variance / before.n + lately.variance / lately.n);
  const difference = lately.mean - before.mean;
  return {
    ratio: lately.mean / before.mean,
    deviations: error > 0 ? difference / error : difference > 0 ? Infinity : 0,
  };
}

function momentsOf(values: readonly number[]): { n: number; mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { n: values.length, mean, variance };
}

/** The frequency of events among what had been judged before each forecast: what one could have said without a model. */
function frequencyBefore(items: readonly Judged[]): Float64Array {
  const before = new Float64Array(items.length);
  let events = 0;
  for (let from = 0; from < items.length;) {
    let to = from;
    // Laplace's rule: nobody is certain before the first outcome.
    const frequency = (events + 1) / (from + 2);
    for (; to < items.length && items[to].at === items[from].at; to++) before[to] = frequency;
    for (let i = from; i < to; i++) events += items[i].outcome;
    from = to;
  }
  return before;
}
