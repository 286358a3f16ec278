import { cpuDemand, memoryDemand } from "./demand";
import { hostFailures, pairFailures } from "./failures";
import { hostPreferences } from "./host-preferences";
import { interference } from "./interference";
import { REQUEST_MODELS } from "./requests";
import type { Trainable } from "./trainable";
import { workloadClasses } from "./workload";
import { workloadAffinity } from "./workload-affinity";

/** Every model that `train` trains. */
export const TRAINABLES = {
  cpuDemand,
  memoryDemand,
  hostFailures,
  pairFailures,
  interference,
  workloadClasses,
  workloadAffinity,
  requestForecasts: REQUEST_MODELS["user and application"],
  requestsByApplication: REQUEST_MODELS.application,
  requestsByUser: REQUEST_MODELS.user,
  hostPreferences,
};

/** For code that treats all alike: what each file holds is its own model's business. */
export const trainables = (): readonly Trainable<unknown>[] => Object.values(TRAINABLES) as Trainable<unknown>[];
