/** Where wide arithmetic runs: gpu.js on WebGPU, on WebAssembly or on its CPU backend, or a plain typed-array loop. */
export type DeviceName = "webgpu" | "webasm" | "cpu" | "plain";

/**
 * Score every (VM, host) pair of a cluster at once: what demand above the safe and the full capacity of the host
 * would be caused by the VM running there, summed over slots and resources.
 *
 * All inputs are integers, small enough that every intermediate is an integer below 2^24: 32-bit floats are then
 * exact, so every device gives the same bytes.
 *
 *   x(v,h,r,s) = load[h,r,s] - (current[v] = h ? demand[v,r,s] : 0)
 *   over(x)    = max(0, x - safe[h,r]) + 3 max(0, x - capacity[h,r])
 *   score(v,h) = sum over r, s of over(x + demand[v,r,s]) - over(x)
 */
export interface MoveScoring {
  readonly vms: number;
  readonly hosts: number;
  readonly resources: number;
  readonly slots: number;
  /** [vm][resource][slot] */
  readonly demand: Float32Array;
  /** [host][resource][slot], everything that runs there now, the VMs of `demand` included. */
  readonly load: Float32Array;
  /** [host][resource] */
  readonly safe: Float32Array;
  /** [host][resource] */
  readonly capacity: Float32Array;
  /** Index of the VM's host, -1 if it has none. */
  readonly current: Int32Array;
}

/**
 * Regression trees of one or several models over the same columns, flattened. A tree's nodes lie behind its root, parents
 * before their children; the nodes of the next tree follow.
 */
export interface FlatForest {
  readonly columns: number;
  /** By model the first of its trees, then the number of all trees. */
  readonly models: Int32Array;
  /** By tree its root, then the number of all nodes. */
  readonly roots: Int32Array;
  /** By node: its column, or -1 in a leaf. */
  readonly column: Int32Array;
  /** By node: values up to and including this go left. As precise as values may be: they're only ever compared. */
  readonly threshold: Float64Array;
  /** By node: its left child; the right one is next to it. */
  readonly left: Int32Array;
  /** By node: 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** By node: what a leaf adds, an integer. The largest of a model's trees together are below 2^24 to either side. */
  readonly value: Int32Array;
}

/**
 * Walk every row down every tree and add up the leaves, model by model.
 *
 * Leaves are integers and sums stay below 2^24, so that every device gives the same bytes in whatever order it adds. A device
 * compares ordinary 32-bit floats alone: where a column has others (missing, subnormal, of 64 bits), each value becomes the
 * number of thresholds below it, worked out by the processor.
 */
export interface ForestEvaluation {
  readonly forest: FlatForest;
  readonly rows: number;
  /** [row][column]; NaN is a missing value, and infinity as large as the largest number. */
  readonly values: Float32Array | Float64Array;
}

export interface Device {
  readonly name: DeviceName;
  /** [vm][host], integers. */
  scoreMoves(input: MoveScoring): Promise<Float32Array>;
  /** [model][row]. */
  evaluateForest(input: ForestEvaluation): Promise<Int32Array>;
  dispose(): Promise<void>;
}
