import { type Breach, type Form, ONE_VM } from "../constraint";
import { countMembers } from "./domains";

/**
 * Every dependant must have a supplier in its fault domain. Suppliers that have no host yet may still come: as many
 * domains without one, the fullest first, are forgiven.
 */
export function nearForm(dependants: readonly number[], suppliers: readonly number[], domains: Int32Array): Form {
  return {
    express: (form) => form.addRule({ kind: "needs" }, dependants, domains, suppliers),
    bind(model, units) {
      const needing = countMembers({ members: dependants, domains }, model, units);
      const giving = countMembers({ members: suppliers, domains }, model, units);
      const concerned = [...new Set([...needing.units, ...giving.units])].sort((a, b) => a - b);
      const isSupplier = new Set(giving.units);
      let waiting = isSupplier.size;
      const homeless = (): number =>
        dependants.reduce((n, v) => n + Number(needing.hostOf[v] >= 0 && needing.domain(needing.hostOf[v]) < 0), 0);
      /** Dependants in domains without a supplier, where no supplier can come any more. */
      const lacking = (left: number): number => {
        const bare = needing.counts.filter((n, d) => n > 0 && giving.counts[d] === 0).sort();
        return bare.subarray(0, Math.max(0, bare.length - left)).reduce((a, b) => a + b, 0);
      };
      const add = (unit: number, host: number, sign: number): void => {
        needing.add(unit, host, sign);
        giving.add(unit, host, sign);
      };
      const change = (unit: number, to: number, from: number): number => {
        if (to === from) return 0;
        const before = lacking(waiting);
        add(unit, from, -1);
        add(unit, to, 1);
        const left = waiting + (isSupplier.has(unit) ? Number(to < 0) - Number(from < 0) : 0);
        const after = lacking(left);
        add(unit, to, -1);
        add(unit, from, 1);
        const outside = (host: number): number =>
          host >= 0 && needing.domain(host) < 0 ? (needing.sizes.get(unit) ?? 0) : 0;
        return (after - before + outside(to) - outside(from)) * ONE_VM;
      };
      return {
        units: concerned,
        wide: true,
        place(unit, host) {
          needing.place(unit, host);
          giving.place(unit, host);
          if (isSupplier.has(unit)) waiting--;
        },
        remove(unit, host) {
          needing.remove(unit, host);
          giving.remove(unit, host);
          if (isSupplier.has(unit)) waiting++;
        },
        fits: (unit, to, from) => change(unit, to, from) <= 0,
        change,
        violation: () => (lacking(waiting) + homeless()) * ONE_VM,
        breaches() {
          const found: Breach[] = [];
          for (const v of dependants) {
            const host = needing.hostOf[v];
            if (host < 0) continue;
            const d = needing.domain(host);
            if (d < 0 || giving.counts[d] === 0) found.push({ vms: [v], host });
          }
          return found;
        },
      };
    },
  };
}
