import type { HostOutlook } from "../../models/outlook";
import type { Cluster, Snapshot } from "../../snapshot";
import { durationOf } from "./duration";
import { groupRisk } from "./group-risk";
import { RISK_BOUND, type StickinessRequest } from "./request";

/** A member of the group; id and host are null for a VM that is not made yet. */
export interface StickyMember {
  readonly name: string;
  readonly id: string | null;
  readonly host: string | null;
}

export interface StickinessPlan {
  /** Whether the rule should be there now. */
  readonly wanted: boolean;
  readonly members: readonly StickyMember[];
  /** Epoch seconds; null where the rule isn't wanted. */
  readonly expiresAt: number | null;
  /** The group's risk over the horizon from now. */
  readonly risk: { readonly without: number; readonly with: number; readonly bound: number };
  /** One sentence: on which host's account, and what ends it. */
  readonly evidence: string;
}

const HOUR = 3600;
const percent = (p: number) => `${(100 * p).toFixed(p < 0.1 ? 1 : 0)} %`;

/**
 * Whether VMs should be kept apart or together for a while, and until when.
 * @param evidence per host of the outlook: what raised its risk; empty where nothing did
 * @param asOf epoch seconds
 * @param inForce the rule is there: it goes when it saves less than half its bound, so that it doesn't come and go
 */
export function planStickiness(
  request: StickinessRequest,
  snapshot: Snapshot,
  cluster: Cluster,
  outlook: HostOutlook,
  evidence: readonly string[],
  asOf: number,
  inForce = false,
): StickinessPlan {
  const members = membersOf(request, snapshot, cluster);
  const rows = members.map(({ host }) => (host === null ? -1 : outlook.hosts.indexOf(host)));
  const bound = (request.riskBound ?? RISK_BOUND[request.criticality]) * (inForce ? 0.5 : 1);
  const risks = outlook.probability.map((_, step) => groupRisk(outlook, rows, request.keep, step));
  const duration = durationOf(
    risks.map((risk) => risk.without - risk.with),
    outlook.stepHours,
    { riskBound: bound, minHours: request.minHours, maxHours: request.maxHours },
  );
  const risk = { ...risks[0], bound };
  const worst = rows.reduce(
    (a, b) => (b >= 0 && (a < 0 || outlook.probability[0][b] > outlook.probability[0][a]) ? b : a),
    -1,
  );
  const name = worst < 0 ? null : (snapshot.hosts.find(({ id }) => id === outlook.hosts[worst])?.name ?? null);
  const because = name === null ? "" : `${name} fails with ${percent(outlook.probability[0][worst])}`;
  const why = because && evidence[worst] ? `${because} (${evidence[worst]})` : because;
  const saves = `the rule lowers the group's risk from ${percent(risk.without)} to ${percent(risk.with)}`;
  if (duration === null) {
    const text = `${saves}: by no more than ${percent(bound)}, so none is needed`;
    return { wanted: false, members, expiresAt: null, risk, evidence: text };
  }
  const until = {
    prediction: `for ${duration.hours} h, until it saves no more than ${percent(bound)}`,
    minimum: `for the ${duration.hours} h that were asked for at least`,
    maximum: `for the ${duration.hours} h that were asked for at most`,
  }[duration.bound];
  const text = `${why ? `${why}; ` : ""}${saves}, ${until}`;
  return { wanted: true, members, expiresAt: asOf + Math.ceil(duration.hours) * HOUR, risk, evidence: text };
}

/** The VMs by name or id; one that is not in the cluster may be made later. */
export function membersOf(
  request: Pick<StickinessRequest, "virtualMachines">,
  snapshot: Snapshot,
  cluster: Cluster,
): StickyMember[] {
  const hosts = new Set(snapshot.hosts.filter((host) => host.cluster === cluster.id).map(({ id }) => id));
  const inCluster = snapshot.virtualMachines.filter(
    (vm) => !vm.template && (vm.host === null ? vm.cluster === cluster.id : hosts.has(vm.host)),
  );
  return request.virtualMachines.map((wanted) => {
    const found = inCluster.find((vm) => vm.id === wanted) ?? inCluster.find((vm) => vm.name === wanted);
    return { name: found?.name ?? wanted, id: found?.id ?? null, host: found?.host ?? null };
  });
}
