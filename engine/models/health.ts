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
}

export const HEALTH_LIMITS: HealthLimits = { least: 200, mostCalibrationError: 0.05, leastSkill: 0 };

/** The health of each model that said something, by name. */
export function modelHealth(judged: readonly Judged[], limits: HealthLimits = HEALTH_LIMITS): ModelHealth[] {
  const byModel = new Map<string, Judged[]>();
  for (const item of judged) byModel.set(item.model, [...(byModel.get(item.model) ?? []), item]);
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
  const state = alarms.length > 0 ? "alarm" : "good";
  return { model, judged: items.length, calibrationError, skill, reliability, state, alarm: alarms.join("; ") };
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
