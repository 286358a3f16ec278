import type { MigrationConfig } from "./config";
import type { Admission, Relocation } from "./guard";
import { MAXIMUM_DATASTORE_COST, MAXIMUM_HOST_COST, maximumNetworkCost } from "./limits";
import type { Operation } from "./operation";
import { migrationOf, type VmMemory } from "./vm-memory";

/** Costs in use, of hosts, of their vMotion networks and of datastores, while some operations are in flight. */
export class Costs {
  private readonly hosts = new Map<number, number>();
  private readonly networks = new Map<number, number>();
  private readonly datastores = new Map<string, number>();

  constructor(private readonly config: MigrationConfig) {}

  /** Whether all limits hold. */
  within(): boolean {
    return (
      [...this.hosts.values()].every((cost) => cost <= MAXIMUM_HOST_COST) &&
      [...this.networks.values()].every((cost) => cost <= maximumNetworkCost(this.config.networkGbps)) &&
      [...this.datastores.values()].every((cost) => cost <= MAXIMUM_DATASTORE_COST)
    );
  }

  /** Adds an operation, or takes it away (`sign` -1). */
  count({ from, to }: Relocation, { cost, datastores }: Operation, sign: 1 | -1): void {
    const add = <K>(map: Map<K, number>, key: K, amount: number) => map.set(key, (map.get(key) ?? 0) + sign * amount);
    for (const host of new Set([from, to])) {
      add(this.hosts, host, cost.host);
      add(this.networks, host, cost.network);
    }
    for (const datastore of datastores) add(this.datastores, datastore, cost.datastore);
  }

  /** How many migrations the busier of the two hosts has on its network. */
  sharing({ from, to }: Relocation): number {
    return Math.max(1, this.networks.get(from) ?? 0, this.networks.get(to) ?? 0);
  }
}

/**
 * Admits to a wave what stays within vCenter's limits, and only so many over one network that each migration converges that
 * would converge alone: two after each other take no longer than two at once, and neither VM is slowed down.
 */
export function waveLedger(
  operationOf: (unit: number) => Operation,
  memoryOf: (unit: number) => VmMemory,
  config: MigrationConfig,
): Admission {
  let costs = new Costs(config);
  let admitted: Relocation[] = [];
  const stunned = (unit: number, sharing: number): boolean =>
    migrationOf(memoryOf(unit), config.networkGbps / sharing, config, 0).stunned;
  const count = (moves: readonly Relocation[], sign: 1 | -1) => {
    for (const move of moves) costs.count(move, operationOf(move.unit), sign);
  };
  return {
    admits(moves) {
      count(moves, 1);
      const hosts = new Set(moves.flatMap(({ from, to }) => [from, to]));
      const beside = admitted.filter(({ from, to }) => hosts.has(from) || hosts.has(to));
      const admits =
        costs.within() &&
        [...beside, ...moves].every((move) => {
          const sharing = costs.sharing(move);
          return sharing === 1 || !stunned(move.unit, sharing) || stunned(move.unit, 1);
        });
      count(moves, -1);
      return admits;
    },
    admit(moves) {
      count(moves, 1);
      admitted.push(...moves);
    },
    clear() {
      costs = new Costs(config);
      admitted = [];
    },
  };
}
