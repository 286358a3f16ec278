import { knapsackForm } from "../constraints/checks/knapsack";
import type { ActiveConstraint } from "../constraints/constraint";
import type { Model } from "../problem/model";
import { type HostLoss, hostLosses } from "./host-loss";
import { type Solution, solve, type SolveOptions } from "./solve";

export interface RestartableSolution extends Solution {
  /** Losses of hosts after which some VM could not restart, for the user to read. */
  readonly losses: { constraint: string; text: string; subjects: string[] }[];
}

const placement = ({ search }: Solution): Int32Array => {
  const { model, units } = search.problem;
  return Int32Array.from(model.vms, (vm, v) => (v < model.movable ? search.state.hostOf[units.unitOf[v]] : vm.current));
};

/**
 * Solves, then simulates the loss of hosts that HA admission control must bear. Where the free room is too scattered,
 * it solves once more with a share k/N of every host kept free, which gathers it, and takes the better of the two.
 */
export async function solveWithRestarts(
  model: Model,
  constraints: readonly ActiveConstraint[],
  options: SolveOptions,
): Promise<RestartableSolution> {
  const first = await solve(model, constraints, options);
  if (first.unplaced.length > 0) return { ...first, losses: [] };
  const losses = hostLosses(model, placement(first));
  if (losses.length === 0) return { ...first, losses: [] };
  const second = await solve(model, [...constraints, evenRoom(model)], options);
  const later = second.unplaced.length > 0 ? null : hostLosses(model, placement(second));
  return later && homeless(later) < homeless(losses)
    ? { ...second, losses: describe(model, later) }
    : { ...first, losses: describe(model, losses) };
}

const homeless = (losses: readonly HostLoss[]): number => losses.reduce((sum, loss) => sum + loss.vms.length, 0);

function evenRoom(model: Model): ActiveConstraint {
  const { ha } = model.cluster;
  const lost = ha.admissionControl.policy === "hostFailures" ? ha.admissionControl.hosts : 0;
  const keep = Math.max(0, 1 - lost / model.hosts.length) * model.request.config.memoryOvercommit;
  return {
    constraint: "ha-admission-control",
    name: `HA admission control (${lost} host failures, room on every host)`,
    origin: "world",
    hard: true,
    form: knapsackForm({
      amounts: Float64Array.from(model.vms, (vm) => Math.ceil(vm.memoryMb ?? 0)),
      limits: Float64Array.from(model.hosts, (host) => Math.floor((host.memoryMb ?? Infinity) * keep)),
    }),
    because: (_vm, host) => `${host?.name ?? "every host"} keeps room for the VMs of a lost host`,
  };
}

function describe(model: Model, losses: readonly HostLoss[]): RestartableSolution["losses"] {
  return losses.map(({ hosts, vms }) => {
    const lost = hosts.map((h) => model.hosts[h].name).join(" and ");
    const subjects = vms.map((v) => model.vms[v].name).sort();
    return {
      constraint: "ha-admission-control",
      text: `HA admission control: after the loss of ${lost} no host has room to restart ${subjects.length} VM${subjects.length === 1 ? "" : "s"}`,
      subjects,
    };
  });
}
