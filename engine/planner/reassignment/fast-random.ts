import { createRandom } from "../../random";

/**
 * Seeded random numbers for inner loops: sfc32 (Doty-Humphrey, PractRand) with its state in a typed array, so that a draw
 * allocates nothing. The same seed and stream give the same numbers on every machine.
 */
export class FastRandom {
  private readonly state = new Int32Array(4);

  constructor(seed: number, ...stream: readonly (string | number)[]) {
    const source = createRandom(seed, "reassignment", ...stream);
    for (let i = 0; i < 3; i++) this.state[i] = source.next() | 0;
    this.state[3] = 1;
  }

  /** In [0, 2^32). */
  next(): number {
    const state = this.state;
    const a = state[0];
    const b = state[1];
    const c = state[2];
    const counter = state[3];
    const sum = (((a + b) | 0) + counter) | 0;
    state[3] = (counter + 1) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Integer in [0, bound), bound at most 2^31. */
  below(bound: number): number {
    return Math.floor((this.next() / 4294967296) * bound) | 0;
  }

  /** In (0, 1): never 0, so that its logarithm is finite. */
  open(): number {
    return (this.next() + 0.5) / 4294967296;
  }
}
