import { cpuDemand, memoryDemand } from "./demand";
import { hostFailures, pairFailures } from "./failures";
import { interference } from "./interference";
import { requestForecasts } from "./requests";
import type { Trainable } from "./trainable";
import { workloadClasses } from "./workload";

/** Every model that `train` trains. */
export const TRAINABLES = {
  cpuDemand,
  memoryDemand,
  hostFailures,
  pairFailures,
  interference,
  workloadClasses,
  requestForecasts,
};

/** For code that treats all alike: what each file holds is its own model's business. */
export const trainables = (): readonly Trainable<unknown>[] => Object.values(TRAINABLES) as Trainable<unknown>[];
