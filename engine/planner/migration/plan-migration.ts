import type { ActiveConstraint } from "../constraints/constraint";
import { isOpen } from "../constraints/tables";
import { crowdedHosts } from "../problem/crowded";
import { CRITICALITY_WEIGHT, type Model } from "../problem/model";
import { bundlesOf, checksGuard } from "./checks-guard";
import { dependentWaves } from "./dependent-waves";
import type { Relocation } from "./guard";
import { waveLedger } from "./ledger";
import { operationOf } from "./operation";
import { type Ordering, orderWaves } from "./order-waves";
import type { MigrationMove, MigrationPlan } from "./plan";
import type { MigrationRequest } from "./request";
import { timeWaves } from "./timeline";
import { migrationOf, vmMemory, type VmMemory } from "./vm-memory";

/** A host with at least this probability of failing within the horizon isn't left waiting for a quiet hour. */
const RISKY = 0.02;

/** The moves as waves, and what can't be reached. */
export interface Reach {
  readonly ordering: Ordering;
  readonly plan: MigrationPlan;
}

/**
 * Waves of moves that bring the VMs from where they are to where the requests want them, with every hard constraint and every
 * limit of vCenter kept at each instant, durations and downtimes as expected, and extra stops where two VMs wait for each
 * other's room. What no order reaches is handed back.
 *
 * `target` is the whole placement, [VM of the model] its host: VMs to be made take their room from the start.
 */
export function planMigration(
  model: Model,
  constraints: readonly ActiveConstraint[],
  target: Int32Array,
  requests: readonly MigrationRequest[],
): Reach {
  const { config } = model.request;
  const indexOfVm = new Map(model.vms.map((vm, v) => [vm.id, v]));
  const requestOf = new Map(requests.map((request) => [indexOfVm.get(request.sourceInstance)!, request]));
  const memories = new Map<number, VmMemory>();
  const memoryOf = (v: number): VmMemory => {
    const known = memories.get(v) ?? vmMemory(model, v, config.migration);
    memories.set(v, known);
    return known;
  };
  const operations = new Map([...requestOf].map(([v, request]) => [v, operationOf(model, v, request)]));
  const crowded = crowdedHosts(model, 1);
  const urgent = (v: number): boolean => crowded[model.vms[v].current] || isUrgent(model, v, requestOf.get(v)!);
  const order = (a: number, b: number) =>
    Number(urgent(b)) - Number(urgent(a)) || requestOf.get(b)!.gain - requestOf.get(a)!.gain || a - b;
  const movers = [...requestOf.keys()].sort(order);
  const ledger = waveLedger((v) => operations.get(v)!, memoryOf, config.migration);
  const ordering = orderWaves({
    from: Int32Array.from(model.vms, (vm) => vm.current),
    to: target,
    bundles: bundlesOf(constraints, movers),
    guard: () => checksGuard(model, constraints, target),
    admission: ledger,
    temporaryHosts: () => roomiestFirst(model),
    mostDetours: Math.max(0, config.maxMoves - movers.length),
    interruptionCost: (v) => interruptionCost(model, v, memoryOf(v)),
  });
  const timed = timeWaves(ordering.waves, {
    config: config.migration,
    horizon: model.assessment.horizon,
    operationOf: (v) => operations.get(v)!,
    memoryOf,
    urgent,
  });
  const dependent = dependentWaves(ordering.waves, () => checksGuard(model, constraints, target));
  const waves = timed.map((wave, w) => ({
    startsAfterSeconds: tenth(wave.startsAfterSeconds),
    durationSeconds: tenth(wave.durationSeconds),
    ...(dependent[w] ? { needsEarlier: true } : {}),
    moves: wave.moves.map(({ move, copy, ...time }): MigrationMove => {
      const request = requestOf.get(move.unit)!;
      const { storage } = operations.get(move.unit)!;
      return {
        ...nameOf(model, move),
        ...(storage && !move.temporary ? { storage: { from: storage.from, to: storage.to } } : {}),
        startsAfterSeconds: tenth(time.startsAfterSeconds),
        durationSeconds: tenth(time.durationSeconds),
        downtimeMs: Math.round(copy.downtimeMs),
        streams: copy.streams,
        stunned: copy.stunned,
        ...(move.temporary ? { temporary: true } : {}),
        gain: move.temporary ? 0 : request.gain,
        reason: move.temporary
          ? `makes room on ${model.hosts[move.from].name} until its own host has room`
          : request.reason,
      };
    }),
  }));
  return {
    ordering,
    plan: {
      waves,
      unreachable: ordering.stuck.map(({ unit, because }) => ({
        vm: model.vms[unit].name,
        to: model.hosts[target[unit]].name,
        because,
      })),
      makespanSeconds: tenth(
        timed.reduce((end, wave) => Math.max(end, wave.startsAfterSeconds + wave.durationSeconds), 0),
      ),
    },
  };
}

const tenth = (seconds: number): number => Math.round(seconds * 10) / 10;

function nameOf(model: Model, { unit, from, to }: Relocation) {
  const [source, destination] = [model.hosts[from], model.hosts[to]];
  return {
    vm: model.vms[unit].name,
    id: model.vms[unit].id!,
    from: source.name,
    to: destination.name,
    fromHostId: source.id,
    toHostId: destination.id,
  };
}

/** Asked for by name, on a host that can't keep it, or on one that may fail. */
function isUrgent(model: Model, v: number, request: MigrationRequest): boolean {
  const { current } = model.vms[v];
  const risk = model.risks[current].probability ?? 0;
  return request.migrationType === "clientInitiated" || !isOpen(model.hosts[current]) || risk >= RISKY;
}

/**
 * What interrupting a VM once more costs: its expected downtime, by how much its failure would matter. So candidates for an
 * extra stop are those of low priority and those that tolerate it (seed: migration candidate selection).
 */
function interruptionCost(model: Model, v: number, memory: VmMemory): number {
  const { downtimeMs, durationSeconds } = migrationOf(
    memory,
    model.request.config.migration.networkGbps,
    model.request.config.migration,
    0,
  );
  return CRITICALITY_WEIGHT[model.vms[v].criticality] * (downtimeMs + durationSeconds);
}

/** Hosts by the configured memory that nothing on them has, the most first; those likely to fail last. */
function roomiestFirst(model: Model): number[] {
  const free = Float64Array.from(model.hosts, (host) => host.memoryMb ?? 0);
  for (const vm of model.vms) if (vm.current >= 0) free[vm.current] -= vm.memoryMb ?? 0;
  const risky = (h: number): number => Number((model.risks[h].probability ?? 0) >= RISKY);
  return model.hosts.map((_, h) => h).sort((a, b) => risky(a) - risky(b) || free[b] - free[a] || a - b);
}
