import { createHash } from "node:crypto";
import type { ReassignmentSpec, RuleSpec } from "../../engine/planner/reassignment";
import { readMaybePacked } from "../support/data";

/**
 * The ROADEF/EURO 2012 challenge's instances (https://www.roadef.org/challenge/2012): processes of services on machines.
 * Read as they stand; `roadefSpec` says the same in the form of engine/planner/reassignment.
 */
export interface RoadefInstance {
  readonly resources: readonly { readonly transient: boolean; readonly loadWeight: number }[];
  readonly machines: readonly Machine[];
  /** [machine][machine], row by row. */
  readonly machineMoveCost: Int32Array;
  readonly services: readonly { readonly spreadMin: number; readonly dependsOn: readonly number[] }[];
  /** [process] */
  readonly service: Int32Array;
  /** [process][resource] */
  readonly requirement: Float64Array;
  /** [process] */
  readonly processMoveCost: Float64Array;
  readonly balances: readonly {
    readonly a: number;
    readonly b: number;
    readonly target: number;
    readonly weight: number;
  }[];
  readonly weights: { readonly processMove: number; readonly serviceMove: number; readonly machineMove: number };
}

interface Machine {
  readonly neighbourhood: number;
  readonly location: number;
  readonly capacity: Float64Array;
  readonly safety: Float64Array;
}

/** An instance's model from a plain, gzip or xz file. */
export async function readRoadefModel(path: string): Promise<RoadefInstance> {
  const next = wholeNumbers(await readMaybePacked(path), path);
  const many = (count: number) => Float64Array.from({ length: count }, next);
  const list = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

  const resources = list(next(), () => ({ transient: next() === 1, loadWeight: next() }));
  const machineCount = next();
  const machineMoveCost = new Int32Array(machineCount * machineCount);
  const machines: Machine[] = [];
  for (let m = 0; m < machineCount; m++) {
    const neighbourhood = next();
    const location = next();
    const capacity = many(resources.length);
    const safety = many(resources.length);
    for (let to = 0; to < machineCount; to++) machineMoveCost[m * machineCount + to] = next();
    machines.push({ neighbourhood, location, capacity, safety });
  }
  const services = list(next(), () => ({ spreadMin: next(), dependsOn: list(next(), next) }));
  const processes = next();
  const service = new Int32Array(processes);
  const requirement = new Float64Array(processes * resources.length);
  const processMoveCost = new Float64Array(processes);
  for (let p = 0; p < processes; p++) {
    service[p] = next();
    for (let r = 0; r < resources.length; r++) requirement[p * resources.length + r] = next();
    processMoveCost[p] = next();
  }
  const balances = list(next(), () => ({ a: next(), b: next(), target: next(), weight: next() }));
  const weights = { processMove: next(), serviceMove: next(), machineMove: next() };
  return { resources, machines, machineMoveCost, services, service, requirement, processMoveCost, balances, weights };
}

/** An assignment: the machine of each process. */
export async function readRoadefAssignment(path: string, instance: RoadefInstance): Promise<Int32Array> {
  const next = wholeNumbers(await readMaybePacked(path), path);
  const assignment = Int32Array.from({ length: instance.service.length }, next);
  if (assignment.some((machine) => machine >= instance.machines.length)) {
    throw new Error(`${path} names a machine that the model lacks`);
  }
  return assignment;
}

/** The instance in the general form. */
export function roadefSpec(instance: RoadefInstance, initial: Int32Array): ReassignmentSpec {
  const { machines, services, weights } = instance;
  const members: number[][] = services.map(() => []);
  instance.service.forEach((service, process) => members[service].push(process));
  const [location, neighbourhood] = [0, 1];
  const rules: RuleSpec[] = [];
  services.forEach(({ spreadMin, dependsOn }, group) => {
    rules.push({ kind: "apart", group }, { kind: "spread", group, partition: location, atLeast: spreadMin });
    for (const other of dependsOn) rules.push({ kind: "needs", group, other, partition: neighbourhood });
  });
  return {
    items: instance.service.length,
    bins: machines.length,
    resources: instance.resources.map(({ transient, loadWeight }, r) => ({
      capacity: machines.map((machine) => machine.capacity[r]),
      safety: machines.map((machine) => machine.safety[r]),
      excessWeight: loadWeight,
      transient,
    })),
    demand: instance.requirement,
    initial,
    balances: instance.balances,
    partitions: [machines.map((machine) => machine.location), machines.map((machine) => machine.neighbourhood)],
    groups: members,
    rules,
    moveCost: instance.processMoveCost.map((cost) => cost * weights.processMove),
    moveGroup: instance.service,
    groupMoveWeight: weights.serviceMove,
    pairCost: pairClasses(instance.machineMoveCost, machines.length, weights.machineMove),
  };
}

/** Machines whose rows, or columns, of costs are equal share a class: the matrix becomes small enough for a cache. */
function pairClasses(matrix: Int32Array, size: number, weight: number): ReassignmentSpec["pairCost"] {
  const classes = (lines: number, length: number, at: (line: number, i: number) => number) => {
    const known = new Map<string, number>();
    const first: number[] = [];
    const bytes = new Int32Array(length);
    const classOf = Int32Array.from({ length: lines }, (_, line) => {
      for (let i = 0; i < length; i++) bytes[i] = at(line, i);
      const key = createHash("sha256").update(bytes).digest("base64");
      const found = known.get(key) ?? known.size;
      if (found === known.size) first.push(line);
      known.set(key, found);
      return found;
    });
    return { classOf, first };
  };
  const from = classes(size, size, (a, b) => matrix[a * size + b]);
  const to = classes(size, from.first.length, (b, i) => matrix[from.first[i] * size + b]);
  const cost = new Float64Array(from.first.length * to.first.length);
  from.first.forEach((a, row) => {
    to.first.forEach((b, column) => (cost[row * to.first.length + column] = matrix[a * size + b] * weight));
  });
  return { fromClass: from.classOf, toClass: to.classOf, cost };
}

/** Reads the whole numbers of a text one by one; throws where the text ends too soon or holds anything else. */
function wholeNumbers(text: Buffer, path: string): () => number {
  let at = 0;
  return () => {
    while (text[at] <= 32) at++;
    const from = at;
    let value = 0;
    for (let digit = text[at] - 48; digit >= 0 && digit <= 9; digit = text[++at] - 48) value = value * 10 + digit;
    if (at === from) throw new Error(`${path}: a whole number is missing at byte ${from}`);
    return value;
  };
}
