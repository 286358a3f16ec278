import type { ReassignmentProblem } from "../problem";
import { FastRandom } from "../fast-random";
import { Eject } from "../neighbourhoods/eject";
import { Shift } from "../neighbourhoods/shift";
import { Swap } from "../neighbourhoods/swap";
import { State } from "../state/state";
import type { Pace } from "./schedule";
import { violationOf } from "./violation";
import { Context, type Neighbourhood } from "./context";

/** One attempt in so many is an ejection: it costs many times as much as any other. */
const EJECT_EVERY = 128;

/** An annealing walk over assignments, and the best that it met. */
export class Search {
  readonly state: State;
  readonly context: Context;
  bestCost: number;
  bestViolation: number;
  readonly bestBins: Int32Array;
  readonly bestModes: Uint8Array;
  private readonly random: FastRandom;
  private readonly shift: Neighbourhood;
  private readonly swap: Neighbourhood;
  readonly eject: Eject;

  constructor(problem: ReassignmentProblem, seed: number, stream: number, bins: Int32Array, modes: Uint8Array) {
    this.state = new State(problem, bins, modes);
    this.random = new FastRandom(seed, "search", stream);
    this.context = new Context(this.state, this.random);
    this.shift = new Shift(this.context);
    this.swap = new Swap(this.context);
    this.eject = new Eject(this.context);
    this.bestCost = this.state.cost;
    this.bestViolation = violationOf(this.state);
    this.bestBins = this.state.binOf.slice();
    this.bestModes = this.state.modeOf.slice();
  }

  /** `attempts` times some changes drawn at random; one that adds d to the cost is kept with probability exp(-d / temperature). */
  run(attempts: number, { temperature, charge, weight, least }: Pace): void {
    const { random, shift, swap, eject } = this;
    this.context.temperature = temperature;
    this.state.moves.charge = charge;
    this.state.moves.weight = weight;
    this.context.ranking.activate(least);
    for (let k = 0; k < attempts; k++) {
      const draw = random.next() & 255;
      const neighbourhood = draw < 256 / EJECT_EVERY ? eject : draw & 1 ? swap : shift;
      neighbourhood.attempt();
    }
    this.keepBest();
  }

  /** Starts again from an assignment, which also becomes the best if it is better. */
  jump(bins: Int32Array, modes: Uint8Array): void {
    this.keepBest();
    for (let item = 0; item < bins.length; item++) this.state.shift(item, bins[item], modes[item]);
    this.keepBest();
  }

  /** Writes the walk's assignment down if it is the best: breaks less, or costs less and breaks no more. */
  keepBest(): void {
    const violation = violationOf(this.state);
    if (violation > this.bestViolation) return;
    if (violation === this.bestViolation && this.state.cost >= this.bestCost) return;
    this.bestViolation = violation;
    this.bestCost = this.state.cost;
    this.bestBins.set(this.state.binOf);
    this.bestModes.set(this.state.modeOf);
  }
}
