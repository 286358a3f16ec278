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

export interface Device {
  readonly name: DeviceName;
  /** [vm][host], integers. */
  scoreMoves(input: MoveScoring): Promise<Float32Array>;
  dispose(): Promise<void>;
}
