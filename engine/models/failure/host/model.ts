import { z } from "zod";
import { validate } from "../../../validate";
import { modelHeaderSchema } from "../../model-file";
import { type HostEventLog, isFailure } from "../events";
import { evidenceOf } from "./evidence";
import { DAY, HOST_FEATURES, HostFeatures } from "./features";
import { fitHostHead, hostHeadSchema } from "./fit";
import { HostPredictor, NO_DRIFT, updateDrift } from "./predict";
import { failsWithin, failureTimes } from "./rows";

export const HOST_MODEL = "failure/host";

/** The file of the model of hosts' failures. */
export const hostModelSchema = z.strictObject({
  ...modelHeaderSchema.shape,
  model: z.literal(HOST_MODEL),
  version: z.literal(2),
  heads: z.array(hostHeadSchema).min(1).describe("One a horizon, shortest first"),
});
export type HostModel = z.infer<typeof hostModelSchema>;

/** @throws AffinityError MODEL_INVALID naming every problem of the file */
export function parseHostModel(input: unknown): HostModel {
  const hint = "train it again";
  return validate(hostModelSchema, input, { code: "MODEL_INVALID", subject: `the ${HOST_MODEL} model`, hint });
}

export interface HostFitOptions {
  /** Ascending epoch seconds at which rows are made; the outcomes of all must be known. */
  readonly instants: (horizonSeconds: number) => readonly number[];
  readonly horizonsSeconds: readonly number[];
  readonly seed: number;
}

/** Fewer failures than this teach nothing: the odds of `assessFailures` serve. */
export const MIN_HOST_FAILURES = 100;

/** Learns P(failure within each horizon) from the log; null where it holds too few failures. */
export function fitHostModel(log: HostEventLog, options: HostFitOptions): HostModel | null {
  if (log.kind.filter(isFailure).length < MIN_HOST_FAILURES) return null;
  const horizons = [...options.horizonsSeconds].sort((a, b) => a - b);
  const fits = horizons.map((horizon) => fitHostHead(log, options.instants(horizon), horizon, options.seed));
  const last = Math.max(...horizons.map((horizon) => (options.instants(horizon).at(-1) ?? 0) + horizon));
  const skills = fits.map(({ heldOut }) => heldOut.skill);
  return parseHostModel({
    ...{ model: HOST_MODEL, version: 2, trainedUntil: Math.floor(last) },
    samples: fits.reduce((sum, { rows }) => sum + rows, 0),
    skill: {
      ...{ measure: "Brier skill score", value: skills.reduce((sum, skill) => sum + skill, 0) / skills.length },
      baseline: { name: "base rate of the training", value: 0 },
    },
    heads: fits.map(({ head }) => head),
  });
}

export interface HostForecast {
  /** Within the horizon, by host, in the order of the log's places. */
  readonly probability: Float64Array;
  /** What raised it, by host; empty where nothing did. */
  readonly evidence: readonly string[];
}

/** The head whose horizon is nearest, by ratio. */
function headFor(model: HostModel, horizonSeconds: number) {
  const distance = (seconds: number) => Math.abs(Math.log(seconds / horizonSeconds));
  return model.heads.reduce((a, b) => (distance(b.horizonSeconds) < distance(a.horizonSeconds) ? b : a));
}

/**
 * Probability that each host fails within the horizon, from the events before `time` (epoch seconds). Between the
 * horizons that were learned the hazard is taken to be constant: 1 - (1 - p)^(asked / learned).
 */
export function predictHosts(model: HostModel, log: HostEventLog, time: number, horizonSeconds: number): HostForecast {
  const head = headFor(model, horizonSeconds);
  const rows = log.places.length;
  const columns = HOST_FEATURES.length;
  const values = new Float32Array(rows * columns);
  const features = new HostFeatures(log);
  features.advance(time);
  features.write(time, values);
  const predictor = new HostPredictor(head);
  const power = horizonSeconds / head.horizonSeconds;
  const evidence = log.places.map((_, row) =>
    evidenceOf(predictor.explain(values.subarray(row * columns, (row + 1) * columns))),
  );
  const probability = predictor.predict({ rows, columns, values }).map((p) => 1 - (1 - p) ** power);
  return { probability, evidence };
}

/**
 * The model after what came true: every day whose horizon is over by `time`, since the last update or the training.
 * Trees and rates stay; the level of all probabilities follows the failures.
 */
export function updateHostModel(model: HostModel, log: HostEventLog, time: number): HostModel {
  const times = failureTimes(log);
  const rows = log.places.length;
  const columns = HOST_FEATURES.length;
  const values = new Float32Array(rows * columns);
  const heads = model.heads.map((head) => {
    const predictor = new HostPredictor(head);
    const features = new HostFeatures(log);
    let drift = head.drift;
    const first = Math.max(drift.at, model.trainedUntil) + DAY;
    for (let at = first; at + head.horizonSeconds <= time; at += DAY) {
      features.advance(at);
      features.write(at, values);
      const foreseen = predictor.predict({ rows, columns, values }, NO_DRIFT);
      drift = updateDrift(
        drift,
        at,
        foreseen,
        times.map((list) => (failsWithin(list, at, at + head.horizonSeconds) ? 1 : 0)),
      );
    }
    return { ...head, drift };
  });
  return { ...model, heads };
}
