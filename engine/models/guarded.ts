import { AffinityError } from "../errors";
import type { Lacking } from "./assessment";

/** Trained models that were asked and gave nothing of use, in the course of one assessment. */
export class Failures {
  readonly models: string[] = [];
  readonly lacking: Lacking[] = [];

  /**
   * What a trained model says; null, so that `fallback` serves, where it breaks or says what can't be. A file may fit its
   * schema and be nonsense all the same, and a plan must neither fail by it nor take it for an answer.
   */
  guard<T>(name: string, fallback: string, isSound: (said: T) => boolean, ask: () => T): T | null {
    const instead = (because: string): null => {
      this.models.push(name);
      this.lacking.push({ what: `a trained model (it failed: ${because})`, subjects: [name], fallback });
      return null;
    };
    try {
      const said = ask();
      return isSound(said) ? said : instead("what it says is no probability, or no number");
    } catch (error) {
      if (error instanceof AffinityError || !(error instanceof Error) || error.name === "AbortError") throw error;
      return instead(error.message);
    }
  }
}

export const areProbabilities = (values: ArrayLike<number>): boolean =>
  Array.from(values).every((value) => value >= 0 && value <= 1);
