import type { RoadefInstance } from "../formats/roadef";

/** The objective and the number of violated constraints by the challenge's problem definition; shares nothing with the solver. */
export function evaluateRoadef(
  instance: RoadefInstance,
  initial: Int32Array,
  assignment: Int32Array,
): { objective: number; violations: number } {
  const { resources, machines, services, service, requirement, weights } = instance;
  const used = machines.map(() => new Float64Array(resources.length));
  const leaving = machines.map(() => new Float64Array(resources.length));
  const machinesOf = services.map(() => new Set<number>());
  const moves = new Map<number, number>();
  let violations = 0;
  let moveCost = 0;
  assignment.forEach((machine, process) => {
    const old = initial[process];
    const of = service[process];
    resources.forEach((resource, r) => {
      const need = requirement[process * resources.length + r];
      used[machine][r] += need;
      if (resource.transient && machine !== old) leaving[old][r] += need;
    });
    if (machinesOf[of].has(machine)) violations++;
    machinesOf[of].add(machine);
    if (machine === old) return;
    moves.set(of, (moves.get(of) ?? 0) + 1);
    moveCost += weights.processMove * instance.processMoveCost[process];
    moveCost += weights.machineMove * instance.machineMoveCost[old * machines.length + machine];
  });
  let load = 0;
  let balance = 0;
  machines.forEach((machine, m) => {
    resources.forEach((resource, r) => {
      if (used[m][r] + leaving[m][r] > machine.capacity[r]) violations++;
      load += resource.loadWeight * Math.max(0, used[m][r] - machine.safety[r]);
    });
    for (const { a, b, target, weight } of instance.balances) {
      const freeA = machine.capacity[a] - used[m][a];
      const freeB = machine.capacity[b] - used[m][b];
      balance += weight * Math.max(0, target * freeA - freeB);
    }
  });
  const distinct = (of: number, key: "location" | "neighbourhood") =>
    new Set([...machinesOf[of]].map((machine) => machines[machine][key]));
  const neighbourhoods = services.map((_, of) => distinct(of, "neighbourhood"));
  services.forEach(({ spreadMin, dependsOn }, of) => {
    if (distinct(of, "location").size < spreadMin) violations++;
    for (const other of dependsOn) {
      if ([...neighbourhoods[of]].some((each) => !neighbourhoods[other].has(each))) violations++;
    }
  });
  const serviceMove = weights.serviceMove * [...moves.values()].reduce((most, each) => Math.max(most, each), 0);
  return { objective: load + balance + moveCost + serviceMove, violations };
}
