import type { VmType } from "./cluster";

/**
 * The ways in which one NUMA node could give and take VMs that lie on a single node, as flat arrays: change c brings
 * `amounts[i]` (negative: gives away) VMs of type `types[i]`, for i in starts[c] .. starts[c + 1].
 */
export interface NodeChanges {
  /** Among all distinct nodes. */
  readonly index: number;
  readonly count: number;
  readonly starts: Int32Array;
  readonly types: Uint8Array;
  readonly amounts: Int8Array;
  /** VMs given away. */
  readonly moves: Uint8Array;
  /** Whole pieces free afterwards. */
  readonly pieces: Int32Array;
  /** 1 where what comes fits before anything has left. */
  readonly direct: Uint8Array;
}

export interface NodeState {
  /** Free with the change of VMs that spread over several nodes counted in; may be negative until something leaves. */
  readonly freeCpu: number;
  readonly freeMemoryMb: number;
  /** Free before anything leaves: what `direct` is judged by. */
  readonly cpuAtHand: number;
  readonly memoryAtHand: number;
  /** [single type] movable VMs that are there. */
  readonly counts: readonly number[];
}

/**
 * Every change of at most `most` VMs after which the node has CPU and memory left, no more than `limit` of them: those
 * of the fewest VMs first.
 */
export function nodeChanges(
  index: number,
  state: NodeState,
  types: readonly VmType[],
  singles: readonly number[],
  piece: number,
  most: number,
  limit: number,
): NodeChanges {
  const starts = [0];
  const typeList: number[] = [];
  const amountList: number[] = [];
  const moves: number[] = [];
  const pieces: number[] = [];
  const direct: number[] = [];
  const net = new Int8Array(singles.length);

  const keep = (cpu: number, memory: number): void => {
    if (cpu < 0 || memory < 0) return;
    let given = 0;
    let cpuTaken = 0;
    let memoryTaken = 0;
    net.forEach((amount, i) => {
      if (amount === 0) return;
      typeList.push(singles[i]);
      amountList.push(amount);
      if (amount < 0) given -= amount;
      else {
        cpuTaken += amount * types[singles[i]].cpu;
        memoryTaken += amount * types[singles[i]].memoryMb;
      }
    });
    starts.push(typeList.length);
    moves.push(given);
    pieces.push(Math.floor(cpu / piece));
    direct.push(Number(cpuTaken <= state.cpuAtHand && memoryTaken <= state.memoryAtHand));
  };
  /** All changes of exactly `left` more VMs of the types from `i` on. */
  const extend = (i: number, left: number, cpu: number, memory: number): void => {
    if (starts.length > limit) return;
    if (left === 0) return keep(cpu, memory);
    if (i === singles.length) return;
    extend(i + 1, left, cpu, memory);
    const type = types[singles[i]];
    for (let n = 1; n <= left; n++) {
      if (n <= state.counts[i]) {
        net[i] = -n;
        extend(i + 1, left - n, cpu + n * type.cpu, memory + n * type.memoryMb);
      }
      net[i] = n;
      extend(i + 1, left - n, cpu - n * type.cpu, memory - n * type.memoryMb);
    }
    net[i] = 0;
  };
  for (let size = 0; size <= most && starts.length <= limit; size++) {
    extend(0, size, state.freeCpu, state.freeMemoryMb);
  }
  return {
    index,
    count: moves.length,
    starts: Int32Array.from(starts),
    types: Uint8Array.from(typeList),
    amounts: Int8Array.from(amountList),
    moves: Uint8Array.from(moves),
    pieces: Int32Array.from(pieces),
    direct: Uint8Array.from(direct),
  };
}
