import { explainRisk, type FailureReach, riskScores } from "../../models/propagation";

/** Probability that a VM fails within the horizon, and why. */
export interface VirtualMachineRisk {
  readonly id: string;
  readonly risk: number;
  /** Ids of the hosts whose failure it would be, by their part in it; greatest first. */
  readonly causes: readonly { readonly host: string; readonly probability: number; readonly direct: boolean }[];
}

export interface HostRisk {
  readonly id: string;
  readonly probability: number;
}

/**
 * Risk of each VM: its own host's, and where it is known who depends on whom that of every host whose failure would
 * reach it.
 *
 * Source: seed "Adaptive Resource Allocation via Predictive Failure Propagation", risk scoring.
 *
 * @param where id of each VM's host; null for one that has none
 * @param spread what each host's failure takes along, with the VMs' ids by node; its failures are named by the host's id
 */
export function virtualMachineRisks(
  hosts: readonly HostRisk[],
  where: readonly { readonly id: string; readonly host: string | null }[],
  spread: { readonly reach: FailureReach; readonly nodes: readonly string[] } | null,
): VirtualMachineRisk[] {
  const own = new Map(hosts.map(({ id, probability }) => [id, probability]));
  const nodes = new Map(spread?.nodes.map((id, node) => [id, node]));
  const scores = spread && riskScores(spread.reach);
  return where.map(({ id, host }) => {
    const node = nodes.get(id);
    if (spread && scores && node !== undefined) {
      const causes = explainRisk(spread.reach, node, 3).map(({ failure, probability, direct }) => ({
        ...{ host: failure, probability, direct },
      }));
      return { id, risk: scores[node], causes };
    }
    const probability = host === null ? 0 : (own.get(host) ?? 0);
    return { id, risk: probability, causes: host === null ? [] : [{ host, probability, direct: true }] };
  });
}
