import type { ActiveConstraint } from "../constraints/constraint";
import type { Model } from "./model";
import { formUnits, type Units } from "./units";

/** The model under a chosen set of constraints, over units: what the solver works on. */
export interface Problem {
  readonly model: Model;
  readonly constraints: readonly ActiveConstraint[];
  readonly units: Units;
  readonly hosts: number;
  /** Resources times slots. */
  readonly width: number;
  /** [unit][resource][slot] */
  readonly demand: Float32Array;
  /** [unit] its demand, summed over resources and slots. */
  readonly sizes: Float64Array;
  /** [unit][resource] its largest demand in any slot. */
  readonly peaks: Float32Array;
  /** [host][resource][slot] of what is out of scope. */
  readonly baseLoad: Float64Array;
  /** [unit][host]: 1 where no hard constraint refuses the pair whatever else is placed. */
  readonly allowed: Uint8Array;
}

export function buildProblem(model: Model, constraints: readonly ActiveConstraint[]): Problem {
  const units = formUnits(model, constraints);
  const hosts = model.hosts.length;
  const width = model.resources.length * model.slots;
  const demand = new Float32Array(units.count * width);
  const baseLoad = new Float64Array(hosts * width);
  const allowed = new Uint8Array(units.count * hosts).fill(1);
  const masks = constraints.flatMap(({ hard, form }) => (hard && form.denied ? [form.denied] : []));
  for (let unit = 0; unit < units.count; unit++) {
    for (const v of units.vms[unit]) {
      for (let i = 0; i < width; i++) demand[unit * width + i] += model.demand[v * width + i];
      for (const denied of masks) {
        for (let h = 0; h < hosts; h++) if (denied[v * hosts + h]) allowed[unit * hosts + h] = 0;
      }
    }
    if (units.pinned[unit] < 0) continue;
    for (let h = 0; h < hosts; h++) if (h !== units.pinned[unit]) allowed[unit * hosts + h] = 0;
  }
  for (let v = model.movable; v < model.vms.length; v++) {
    const host = model.vms[v].current;
    for (let i = 0; i < width; i++) baseLoad[host * width + i] += model.demand[v * width + i];
  }
  return { model, constraints, units, hosts, width, demand, ...extremes(model, units, demand), baseLoad, allowed };
}

function extremes({ resources, slots }: Model, { count }: Units, demand: Float32Array) {
  const sizes = new Float64Array(count);
  const peaks = new Float32Array(count * resources.length);
  for (let row = 0, at = 0; row < peaks.length; row++) {
    let sum = 0;
    let most = 0;
    for (let s = 0; s < slots; s++, at++) {
      sum += demand[at];
      if (demand[at] > most) most = demand[at];
    }
    sizes[Math.floor(row / resources.length)] += sum;
    peaks[row] = most;
  }
  return { sizes, peaks };
}
