import type { ModelHeader } from "../model-file";
import type { ModelStore } from "../store";
import { trainables } from "./registry";
import type { TrainOptions } from "./trainable";
import type { TrainingData } from "./training-data";

/** What came of training one model. */
export interface Trained {
  readonly model: string;
  /** Path of its file; null where nothing could be learned. */
  readonly file: string | null;
  readonly samples: number;
  readonly skill: ModelHeader["skill"];
  /** Name of what answers from now on: the model, or its fallback. */
  readonly used: string;
  /** Why the fallback, or how the model compares; for the user to read. */
  readonly because: string;
}

/**
 * Trains every model that the data suffice for and saves its file, with the skill that it had on the newest part of the
 * history. One that is not better than its baseline is saved too: its file says so, and the fallback serves.
 */
export async function trainModels(
  data: TrainingData,
  store: ModelStore,
  options: TrainOptions,
  names: readonly string[] = trainables().map(({ name }) => name),
): Promise<Trained[]> {
  const trained: Trained[] = [];
  for (const model of trainables().filter(({ name }) => names.includes(name))) {
    options.signal?.throwIfAborted();
    options.onProgress?.({ what: model.name, done: trained.length, total: names.length });
    const { name, fallback } = model;
    const file = model.fit(data, options);
    if (typeof file === "string") {
      trained.push({ model: name, file: null, samples: 0, skill: null, used: fallback, because: file });
      continue;
    }
    const { samples, skill } = model.headerOf(file);
    const serves = model.serves(file);
    const because = serves
      ? "better than its baseline on held-out history, or has none"
      : skill === null
        ? "too little history to hold a part out"
        : "no better than its baseline on held-out history";
    trained.push({
      ...{ model: name, file: await store.save(name, file), samples, skill, because },
      used: serves ? name : fallback,
    });
  }
  return trained;
}
