import { type Breach, type Form, ONE_VM } from "../constraint";

export interface Knapsack {
  /** [VM of the model] whole numbers: what the VM takes of its host. */
  readonly amounts: Float64Array;
  /** [host] what there is; Infinity where it is not known. */
  readonly limits: Float64Array;
}

/** A sum per host that must stay within a limit. An excess of the whole limit counts as one VM in the wrong place. */
export function knapsackForm({ amounts, limits }: Knapsack): Form {
  return {
    express: (form) => form.addResource(amounts, limits),
    bind(model, units) {
      const sizes = Float64Array.from(units.vms, (members) => members.reduce((sum, v) => sum + amounts[v], 0));
      const used = new Float64Array(limits.length);
      for (let v = model.movable; v < model.vms.length; v++) used[model.vms[v].current] += amounts[v];
      const concerned: number[] = [];
      sizes.forEach((size, unit) => void (size > 0 && concerned.push(unit)));
      const excess = (host: number, use: number): number =>
        use > limits[host] ? Math.ceil((ONE_VM * (use - limits[host])) / Math.max(1, limits[host])) : 0;
      const at = new Int32Array(units.count).fill(-1);
      return {
        units: concerned,
        place(unit, host) {
          used[host] += sizes[unit];
          at[unit] = host;
        },
        remove(unit, host) {
          used[host] -= sizes[unit];
          at[unit] = -1;
        },
        fits: (unit, to, from) => to === from || sizes[unit] === 0 || used[to] + sizes[unit] <= limits[to],
        change(unit, to, from) {
          if (to === from) return 0;
          let change = 0;
          if (from >= 0) change += excess(from, used[from] - sizes[unit]) - excess(from, used[from]);
          if (to >= 0) change += excess(to, used[to] + sizes[unit]) - excess(to, used[to]);
          return change;
        },
        violation: () => used.reduce((sum, use, host) => sum + excess(host, use), 0),
        breaches() {
          const found: Breach[] = [];
          for (let host = 0; host < limits.length; host++) {
            if (used[host] <= limits[host]) continue;
            const there = concerned.filter((unit) => at[unit] === host).flatMap((unit) => units.vms[unit]);
            found.push({ vms: there, host });
          }
          return found;
        },
      };
    },
  };
}
