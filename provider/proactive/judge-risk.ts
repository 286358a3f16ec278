import { assess } from "../../engine/models/assess";
import type { Assessment } from "../../engine/models/assessment";
import { type FailureReach, predictPropagation } from "../../engine/models/propagation";
import { isOpen } from "../../engine/planner/constraints/tables";
import { planRequestSchema } from "../../engine/planner/request";
import { type Replica, virtualMachineRisks, type VirtualMachineRisk } from "../../engine/planner/proactive";
import { membersOf, type StickyMember } from "../../engine/planner/stickiness";
import type { Cluster } from "../../engine/snapshot";
import type { Settings } from "../settings";
import { instantOf, type World } from "../world";
import type { ProactiveInputs } from "./inputs";

/** Simulated failures: the standard error of a probability is at most 0.5 %. */
const WORLDS = 10_000;

export interface JudgedRisk {
  readonly asOf: number;
  readonly assessment: Assessment;
  readonly members: readonly StickyMember[];
  /** In the order of the members; null for one that isn't made yet. */
  readonly risks: readonly (VirtualMachineRisk | null)[];
  /** Those that there are in the program's order, then one for each host that could take another. */
  readonly replicas: readonly Replica[];
  readonly lacking: readonly string[];
}

/** What the models say of a group: the risk of each of its VMs, and where it and further ones stand. */
export async function judgeRisk(
  inputs: ProactiveInputs,
  settings: Settings,
  world: World,
  cluster: Cluster,
  now: number,
): Promise<JudgedRisk> {
  const { snapshot, telemetry, models } = world;
  const asOf = await instantOf(settings, world, now);
  const request = planRequestSchema.parse({ cluster: cluster.id, asOf, config: settings.plan });
  const assessment = await assess(request, snapshot, cluster, telemetry, { models });
  const { ids, failureProbability } = assessment.hosts;
  const hosts = ids.map((id, row) => ({ id, probability: failureProbability[row] }));
  const members = membersOf({ virtualMachines: inputs.virtualMachines }, snapshot, cluster);
  const graph = models?.communication?.graph ?? null;
  const reach = models?.communication
    ? await predictPropagation(
        models.communication,
        hosts.map(({ id, probability }) => ({ name: id, members: nodesOn(id), probability })),
        { seed: request.config.seed, worlds: WORLDS },
      )
    : null;
  function nodesOn(host: string): number[] {
    const here = new Set(snapshot.virtualMachines.filter((vm) => vm.host === host).map(({ id }) => id));
    return graph!.nodes.flatMap(({ id }, node) => (here.has(id) ? [node] : []));
  }
  const nodes = graph?.nodes.map(({ id }) => id) ?? [];
  const made = members.flatMap(({ id, host }) => (id === null ? [] : [{ id, host }]));
  const risks = new Map(
    virtualMachineRisks(hosts, made, reach && { reach, nodes }).map((risk) => [risk.id, risk] as const),
  );
  const cascades = reach && cascadesOf(members, ids, nodes, reach);
  return {
    ...{ asOf, assessment, members },
    risks: members.map(({ id }) => (id === null ? null : (risks.get(id) ?? null))),
    replicas: replicasOf(inputs, world, cluster, assessment, members, cascades),
    lacking: [
      ...assessment.lacking
        .filter(({ what }) => /host|restart|correlat/.test(what))
        .map(({ what, fallback }) => `${what}: ${fallback}`),
      ...(reach === null ? ["who depends on whom: a VM's risk is that of its own host"] : []),
    ],
  };
}

/** [host] that each member fails once that host has: its own host apart; and the mean of all for one that is to be made. */
function cascadesOf(
  members: readonly StickyMember[],
  hosts: readonly string[],
  nodes: readonly string[],
  { probability }: FailureReach,
): { readonly of: readonly (Float64Array | null)[]; readonly mean: Float64Array | null } {
  const of = members.map(({ id, host }) => {
    const node = id === null ? -1 : nodes.indexOf(id);
    if (node < 0) return null;
    return Float64Array.from(hosts, (each, row) => (each === host ? 0 : probability[row * nodes.length + node]));
  });
  const known = of.filter((row) => row !== null);
  const mean = (row: number) => known.reduce((sum, each) => sum + each[row], 0) / known.length;
  return { of, mean: known.length === 0 ? null : Float64Array.from(hosts, (_, row) => mean(row)) };
}

function replicasOf(
  { maxReplicas }: ProactiveInputs,
  { snapshot }: World,
  cluster: Cluster,
  { hosts: { ids, failureProbability }, correlation }: Assessment,
  members: readonly StickyMember[],
  cascades: ReturnType<typeof cascadesOf> | null,
): Replica[] {
  const rows = new Map(ids.map((id, row) => [id, row]));
  const replicas: Replica[] = members.flatMap(({ host }, member) => {
    const row = host === null ? undefined : rows.get(host);
    return row === undefined ? [] : [{ host: row, cascade: cascades?.of[member] ?? null }];
  });
  const open = snapshot.hosts
    .filter((host) => host.cluster === cluster.id && isOpen(host))
    .map(({ id }) => rows.get(id)!);
  const n = ids.length;
  // Each next one where it fails least, and least together with those before.
  const price = (host: number) =>
    failureProbability[host] +
    replicas.reduce(
      (sum, other) => sum + (other.host === host ? 1 : (correlation?.joint[host * n + other.host] ?? 0)),
      0,
    );
  while (open.length > 0 && replicas.length < Math.max(maxReplicas, members.length)) {
    const host = open.reduce((best, each) => (price(each) < price(best) ? each : best));
    replicas.push({ host, cascade: cascades?.mean ?? null });
  }
  return replicas;
}
