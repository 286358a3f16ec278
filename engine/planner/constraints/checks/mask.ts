import { type Breach, type Form, ONE_VM } from "../constraint";

/** Pairs (VM, host) that are refused whatever else is placed where. */
export function maskForm(denied: Uint8Array): Form {
  return {
    denied,
    bind(model, units) {
      const hosts = model.hosts.length;
      const at = new Int32Array(units.count).fill(-1);
      const amount = (unit: number, host: number): number => {
        let count = 0;
        if (host >= 0) for (const v of units.vms[unit]) count += denied[v * hosts + host];
        return count * ONE_VM;
      };
      const concerned: number[] = [];
      for (let unit = 0; unit < units.count; unit++) {
        if (units.vms[unit].some((v) => denied.subarray(v * hosts, (v + 1) * hosts).includes(1))) concerned.push(unit);
      }
      return {
        units: concerned,
        place: (unit, host) => void (at[unit] = host),
        remove: (unit) => void (at[unit] = -1),
        fits: (unit, to) => amount(unit, to) === 0,
        change: (unit, to, from) => amount(unit, to) - amount(unit, from),
        violation: () => concerned.reduce((sum, unit) => sum + amount(unit, at[unit]), 0),
        breaches() {
          const found: Breach[] = [];
          for (const unit of concerned) {
            const host = at[unit];
            if (host < 0) continue;
            for (const v of units.vms[unit]) if (denied[v * hosts + host]) found.push({ vms: [v], host });
          }
          return found;
        },
      };
    },
  };
}
