import type { z } from "zod";
import type { ModelHeader } from "../model-file";
import type { RunOptions } from "../progress";
import type { TrainingData } from "./training-data";

export interface TrainOptions extends RunOptions {
  readonly seed: number;
}

/** One kind of trained model: all that training, storing and loading need to know of it. */
export interface Trainable<File> {
  /** The name of its file in the store. */
  readonly name: string;
  /** What it learns from, for the user to read. */
  readonly needs: string;
  /** Name of what serves where it doesn't. */
  readonly fallback: string;
  readonly schema: z.ZodType<File>;
  /** @returns a text that says what was short, where nothing could be learned */
  fit(data: TrainingData, options: TrainOptions): File | string;
  headerOf(file: File): ModelHeader;
  /** The newest fact that it learned from may be old without its being stale; the track record tells whether it is. */
  readonly learnsFromRareEvents?: boolean;
  /** Whether it beat its baseline on history that it had not seen. */
  serves(file: File): boolean;
}

/** For a measure of which more is better. */
export const skilled = ({ skill }: Pick<ModelHeader, "skill">): boolean =>
  skill !== null && skill.value > skill.baseline.value;

/** For a loss. */
export const lessLoss = ({ skill }: Pick<ModelHeader, "skill">): boolean =>
  skill !== null && skill.value < skill.baseline.value;

/** Better by a fiftieth of the variance: where many groups are told apart, a few are luckier than their mean by chance. */
export const clearlySkilled = ({ skill }: Pick<ModelHeader, "skill">): boolean =>
  skill !== null && skill.value > skill.baseline.value + 0.02;
