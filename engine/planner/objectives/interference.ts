import { indicesByName } from "../constraints/tables";
import { COST_UNIT } from "../plan";
import type { Model } from "../problem/model";
import type { Objective } from "./objective";
import { workOf } from "./work";

/** Whole numbers per host's work, and per share lost: their product over a host's VMs stays far below 2^53. */
const WORK = 2 ** 22;
const SHARE = 2 ** 14;

/** [VM][rank] in whole numbers: the work that suffers, and what causes it; rank 0 where no model says. */
function vectorsOf(model: Model, work: Float64Array) {
  const known = model.assessment.interference ?? null;
  const rank = known?.rank ?? 0;
  const suffers = new Float64Array(model.vms.length * rank);
  const causes = new Float64Array(model.vms.length * rank);
  model.vms.forEach((vm, v) => {
    if (!known || vm.row < 0) return;
    const of = (vector: Float32Array) => vector.subarray(vm.row * rank, (vm.row + 1) * rank);
    if ([...of(known.suffers), ...of(known.causes)].some((x) => !Number.isFinite(x)))
      return model.lacking.add("interference", vm.name, "taken to disturb nobody and to be disturbed by nobody");
    of(known.suffers).forEach((x, r) => (suffers[v * rank + r] = Math.round(x * work[v] * WORK)));
    of(known.causes).forEach((x, r) => (causes[v * rank + r] = Math.round(x * SHARE)));
  });
  return { rank, suffers, causes };
}

interface Edge {
  /** VM of the model. */
  readonly other: number;
  readonly loss: number;
}

/** [VM] what somebody declared of it and another, in place of what the model says of the two. */
function declaredEdges(model: Model, work: Float64Array, modelled: (a: number, b: number) => number): Edge[][] {
  const edges: Edge[][] = model.vms.map(() => []);
  const seen = new Set<string>();
  for (const { virtualMachines, score } of model.request.relations.affinities) {
    const [first, second] = virtualMachines.map((name) => indicesByName(model, [name]));
    for (const a of first) {
      for (const b of second) {
        const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
        if (a === b || seen.has(key)) continue;
        seen.add(key);
        const loss = Math.round(-score * (work[a] + work[b]) * WORK * SHARE) - modelled(a, b);
        edges[a].push({ other: b, loss });
        edges[b].push({ other: a, loss });
      }
    }
  }
  return edges;
}

/**
 * Work that VMs lose beside their neighbours: for each VM a and each other b on its host, a's mean CPU demand times
 * suffers[a] . causes[b]. Low rank makes a host's sum a product of two short vectors, so that a move costs O(rank).
 */
export const interference: Objective = {
  name: "interference",
  title: "Interference of neighbours",
  description: "Work that VMs are expected to lose, or gain, by sharing a host with the others there.",
  reads: [
    "assessment: VM by VM interference in low rank",
    "request: relations.affinities, which stand in place of the model's word on the same two VMs",
    "assessment: CPU forecasts of the VMs",
  ],
  bind(state, weight) {
    const { model, units, hosts } = state.problem;
    const declared = model.request.relations.affinities.length > 0;
    if (weight === 0 || (!declared && !model.assessment.interference)) return null;
    const work = workOf(model);
    const { rank, suffers, causes } = vectorsOf(model, work);
    const dot = (a: Float64Array, i: number, b: Float64Array, k: number): number => {
      let sum = 0;
      for (let r = 0; r < rank; r++) sum += a[i * rank + r] * b[k * rank + r];
      return sum;
    };
    const edges = declaredEdges(model, work, (a, b) => dot(suffers, a, causes, b) + dot(suffers, b, causes, a));
    const scale = (weight * COST_UNIT) / (WORK * SHARE);
    const cost = (loss: number): number => Math.round(loss * scale);

    // Sums over the VMs of each unit and of each host.
    const ofUnits = { suffers: new Float64Array(units.count * rank), causes: new Float64Array(units.count * rank) };
    const onHosts = { suffers: new Float64Array(hosts * rank), causes: new Float64Array(hosts * rank) };
    const within = new Float64Array(units.count);
    const lost = new Float64Array(hosts);
    const hostOf = (v: number): number => (v < model.movable ? state.hostOf[units.unitOf[v]] : model.vms[v].current);
    const add = (sums: typeof ofUnits, at: number, v: number): void => {
      for (let r = 0; r < rank; r++) {
        sums.suffers[at * rank + r] += suffers[v * rank + r];
        sums.causes[at * rank + r] += causes[v * rank + r];
      }
    };
    units.vms.forEach((members, unit) => {
      for (const v of members) add(ofUnits, unit, v);
      within[unit] = dot(ofUnits.suffers, unit, ofUnits.causes, unit);
      for (const v of members) within[unit] -= dot(suffers, v, causes, v);
      const inside = members.flatMap((v) => edges[v].filter(({ other }) => members.includes(other)));
      within[unit] += inside.reduce((sum, { loss }) => sum + loss, 0) / 2;
    });
    const edgesOf = units.vms.map((members) =>
      members.flatMap((v) => edges[v].filter(({ other }) => !members.includes(other))),
    );
    for (let v = model.movable; v < model.vms.length; v++) {
      const h = model.vms[v].current;
      lost[h] += dot(suffers, v, onHosts.causes, h) + dot(onHosts.suffers, h, causes, v);
      for (const { other, loss } of edges[v]) {
        if (other >= model.movable && other < v && model.vms[other].current === h) lost[h] += loss;
      }
      add(onHosts, h, v);
    }
    const declaredWith = (unit: number, host: number): number => {
      let sum = 0;
      for (const { other, loss } of edgesOf[unit]) if (hostOf(other) === host) sum += loss;
      return sum;
    };
    /** What is lost between the unit, which is not counted on the host, and what is there; and within the unit. */
    const brings = (unit: number, host: number): number =>
      dot(ofUnits.suffers, unit, onHosts.causes, host) +
      dot(onHosts.suffers, host, ofUnits.causes, unit) +
      within[unit] +
      declaredWith(unit, host);
    /** The same for a unit that is counted on the host: its part of the sums is taken out. */
    const leaves = (unit: number, host: number): number =>
      brings(unit, host) - 2 * dot(ofUnits.suffers, unit, ofUnits.causes, unit);
    const shift = (unit: number, host: number, sign: number): void => {
      for (let r = 0; r < rank; r++) {
        onHosts.suffers[host * rank + r] += sign * ofUnits.suffers[unit * rank + r];
        onHosts.causes[host * rank + r] += sign * ofUnits.causes[unit * rank + r];
      }
    };
    state.follow({
      place(unit, host) {
        lost[host] += brings(unit, host);
        shift(unit, host, 1);
      },
      remove(unit, host) {
        shift(unit, host, -1);
        lost[host] -= brings(unit, host);
      },
    });
    const threshold = model.request.config.gainThreshold * COST_UNIT;
    return {
      name: "interference",
      total: () => lost.reduce((sum, loss) => sum + cost(loss), 0),
      delta(unit, from, to) {
        let change = 0;
        if (from >= 0) change += cost(lost[from] - leaves(unit, from)) - cost(lost[from]);
        if (to >= 0) change += cost(lost[to] + brings(unit, to)) - cost(lost[to]);
        return change;
      },
      // VMs that do each other good may gain any amount.
      bound: () => null,
      burdened: () => Array.from({ length: hosts }, (_, h) => h).filter((h) => cost(lost[h]) > threshold),
    };
  },
  better: ({ there }) => `quieter neighbours than on ${there.host.name}`,
  worse: ({ here }) => `disturbed by its neighbours, or disturbs them; ${here.host.name} has quieter ones`,
};
