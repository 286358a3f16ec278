import { type Form, ONE_VM } from "../constraint";

/** A sum over the whole cluster that must stay within a limit, wherever the VMs are. */
export function totalForm(amounts: Float64Array, limit: number): Form {
  return {
    express: (form) => void form.totals.push({ amounts, limit }),
    bind(model, units) {
      const sizes = Float64Array.from(units.vms, (members) => members.reduce((sum, v) => sum + amounts[v], 0));
      let used = 0;
      for (let v = model.movable; v < model.vms.length; v++) used += amounts[v];
      const placed = new Uint8Array(units.count);
      const excess = (use: number): number =>
        use > limit ? Math.ceil((ONE_VM * (use - limit)) / Math.max(1, limit)) : 0;
      return {
        units: null,
        place(unit) {
          used += sizes[unit];
          placed[unit] = 1;
        },
        remove(unit) {
          used -= sizes[unit];
          placed[unit] = 0;
        },
        fits: (unit, _to, from) => from >= 0 || sizes[unit] === 0 || used + sizes[unit] <= limit,
        // Only a VM that comes or goes for good changes the sum, and none leaves the cluster: moving helps nothing.
        change: (unit, to, from) => (from < 0 && to >= 0 ? excess(used + sizes[unit]) - excess(used) : 0),
        violation: () => excess(used),
        breaches: () =>
          used <= limit ? [] : [{ vms: units.vms.flatMap((members, unit) => (placed[unit] ? members : [])), host: -1 }],
      };
    },
  };
}
