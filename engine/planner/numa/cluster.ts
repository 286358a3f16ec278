/** One NUMA node: what it has free now. */
export interface NumaNode {
  readonly freeCpu: number;
  readonly freeMemoryMb: number;
}

export interface NumaHost {
  readonly id: string;
  readonly nodes: readonly NumaNode[];
  /** Whether VMs may come and go: a host that isn't active is left as it is. */
  readonly open: boolean;
}

/** A VM on one NUMA node of its host, or spread over several with the same share on each. */
export interface NumaVm {
  readonly id: string;
  /** Index of its host. */
  readonly host: number;
  /** Its nodes there, ascending. */
  readonly nodes: readonly number[];
  /** Cores and memory that it takes on each of its nodes. */
  readonly cpu: number;
  readonly memoryMb: number;
  readonly movable: boolean;
}

/** Hosts by NUMA node, the VMs on them, and sets of VMs (by index) no two of which may share a host. */
export interface NumaCluster {
  readonly hosts: readonly NumaHost[];
  readonly vms: readonly NumaVm[];
  readonly apart?: readonly (readonly number[])[];
}

/** One migration; the nodes are those of the VM on the new host, ascending. */
export interface NumaMove {
  readonly vm: number;
  readonly from: number;
  readonly to: number;
  readonly nodes: readonly number[];
}

/** VMs that are alike: one may stand for the other wherever their demand is looked at. */
export interface VmType {
  /** Nodes that it spreads over. */
  readonly span: number;
  readonly cpu: number;
  readonly memoryMb: number;
}

/** Free cores in pieces of less than `piece` per NUMA node: too small to take a VM of that size. */
export function fragmentsOf(hosts: readonly NumaHost[], piece: number): { fragments: number; free: number } {
  let fragments = 0;
  let free = 0;
  for (const { nodes } of hosts) {
    for (const { freeCpu } of nodes) {
      fragments += freeCpu % piece;
      free += freeCpu;
    }
  }
  return { fragments, free };
}
