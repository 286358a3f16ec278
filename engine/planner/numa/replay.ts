import { fragmentsOf, type NumaCluster, type NumaHost, type NumaMove } from "./cluster";

/** Free CPU and memory by node, as moves are carried out one after the other. */
export class Room {
  readonly cpu: number[][];
  readonly memory: number[][];
  /** [VM] its host and nodes now. */
  readonly at: { host: number; nodes: readonly number[] }[];
  private readonly setsOf = new Map<number, number[]>();

  constructor(private readonly cluster: NumaCluster) {
    this.cpu = cluster.hosts.map(({ nodes }) => nodes.map(({ freeCpu }) => freeCpu));
    this.memory = cluster.hosts.map(({ nodes }) => nodes.map(({ freeMemoryMb }) => freeMemoryMb));
    this.at = cluster.vms.map(({ host, nodes }) => ({ host, nodes }));
    cluster.apart?.forEach((members, set) => {
      for (const vm of members) this.setsOf.set(vm, [...(this.setsOf.get(vm) ?? []), set]);
    });
  }

  /** Whether the VM's CPU and memory are free there before it leaves where it is, and nothing there must be apart from it. */
  fits(vm: number, host: number, nodes: readonly number[]): boolean {
    const { cpu, memoryMb } = this.cluster.vms[vm];
    if (nodes.some((q) => this.cpu[host][q] < cpu || this.memory[host][q] < memoryMb)) return false;
    return !(this.setsOf.get(vm) ?? []).some((set) =>
      this.cluster.apart![set].some((other) => other !== vm && this.at[other].host === host),
    );
  }

  move(vm: number, host: number, nodes: readonly number[]): void {
    const { cpu, memoryMb } = this.cluster.vms[vm];
    const from = this.at[vm];
    for (const q of from.nodes) {
      this.cpu[from.host][q] += cpu;
      this.memory[from.host][q] += memoryMb;
    }
    for (const q of nodes) {
      this.cpu[host][q] -= cpu;
      this.memory[host][q] -= memoryMb;
    }
    this.at[vm] = { host, nodes };
  }
}

/** Fragments after the moves, in cores; null where one of them has no room when its turn comes. */
export function replay(cluster: NumaCluster, moves: readonly NumaMove[], piece: number): number | null {
  const room = new Room(cluster);
  for (const { vm, to, nodes } of moves) {
    if (!room.fits(vm, to, nodes)) return null;
    room.move(vm, to, nodes);
  }
  const hosts = cluster.hosts.map((host, h): NumaHost => ({
    ...host,
    nodes: host.nodes.map((_, q) => ({ freeCpu: room.cpu[h][q], freeMemoryMb: room.memory[h][q] })),
  }));
  return fragmentsOf(hosts, piece).fragments;
}
