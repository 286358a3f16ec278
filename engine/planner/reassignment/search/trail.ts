import type { State } from "../state/state";

/** Changes of a state that can be taken back together. */
export class Trail {
  private readonly steps: number[] = [];

  constructor(readonly state: State) {}

  shift(item: number, bin: number, mode: number): void {
    this.steps.push(item, this.state.binOf[item], this.state.modeOf[item]);
    this.state.shift(item, bin, mode);
  }

  /** Keeps the changes. */
  keep(): void {
    this.steps.length = 0;
  }

  /** Takes the changes back, the last first. */
  undo(): void {
    const { steps, state } = this;
    for (let k = steps.length - 3; k >= 0; k -= 3) state.shift(steps[k], steps[k + 1], steps[k + 2]);
    steps.length = 0;
  }
}
