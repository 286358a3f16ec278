import type { Model } from "../../problem/model";
import type { Units } from "../../problem/units";
import { type Breach, type Form, ONE_VM } from "../constraint";

export interface DomainGroup {
  /** Indices of the model's VMs. */
  readonly members: readonly number[];
  /** [host] its fault domain; -1 where it has none. */
  readonly domains: Int32Array;
}

/** Members of one group per fault domain, kept up to date as units move. */
export function countMembers({ members, domains }: DomainGroup, model: Model, units: Units) {
  const counts = new Int32Array(domains.reduce((a, b) => Math.max(a, b), -1) + 1);
  const sizes = new Map<number, number>();
  // Of the members alone: an array over all VMs for each of hundreds of groups took longer than all the rest.
  const at: Record<number, number> = {};
  for (const v of members) {
    at[v] = -1;
    if (v < model.movable) {
      sizes.set(units.unitOf[v], (sizes.get(units.unitOf[v]) ?? 0) + 1);
    } else {
      at[v] = model.vms[v].current;
      if (domains[at[v]] >= 0) counts[domains[at[v]]]++;
    }
  }
  const add = (unit: number, host: number, sign: number): void => {
    if (host >= 0 && domains[host] >= 0) counts[domains[host]] += sign * (sizes.get(unit) ?? 0);
  };
  const set = (unit: number, host: number): void => {
    for (const v of units.vms[unit]) at[v] = host;
  };
  return {
    counts,
    sizes,
    units: [...sizes.keys()].sort((a, b) => a - b),
    hostOf: at,
    add,
    place(unit: number, host: number) {
      add(unit, host, 1);
      set(unit, host);
    },
    remove(unit: number, host: number) {
      add(unit, host, -1);
      set(unit, -1);
    },
    domain: (host: number) => (host < 0 ? -1 : domains[host]),
  };
}

/** Members on hosts without a fault domain. */
const homeless = (
  { members }: DomainGroup,
  hostOf: Readonly<Record<number, number>>,
  domain: (host: number) => number,
): number => members.reduce((n, v) => n + Number(hostOf[v] >= 0 && domain(hostOf[v]) < 0), 0);

/** Members must be in different domains; every member beyond the first in a domain is one too many. */
export function apartForm(group: DomainGroup): Form {
  return {
    express: (form) => form.addRule({ kind: "apart" }, group.members, group.domains),
    bind(model, units) {
      const state = countMembers(group, model, units);
      const { counts, sizes, domain } = state;
      const surplus = (n: number): number => Math.max(0, n - 1);
      return {
        units: state.units,
        wide: true,
        place: state.place,
        remove: state.remove,
        fits(unit, to, from) {
          const d = domain(to);
          const size = sizes.get(unit) ?? 0;
          if (size === 0) return true;
          if (d < 0) return false;
          const present = d === domain(from) ? size : 0;
          return surplus(counts[d] - present + size) === 0 || present > 0;
        },
        change(unit, to, from) {
          const size = sizes.get(unit) ?? 0;
          const [a, b] = [domain(from), domain(to)];
          if (from === to || (a >= 0 && a === b)) return 0;
          let change = 0;
          if (a >= 0) change += surplus(counts[a] - size) - surplus(counts[a]);
          else if (from >= 0) change -= size;
          if (b >= 0) change += surplus(counts[b] + size) - surplus(counts[b]);
          else if (to >= 0) change += size;
          return change * ONE_VM;
        },
        violation: () =>
          (counts.reduce((sum, n) => sum + surplus(n), 0) + homeless(group, state.hostOf, domain)) * ONE_VM,
        breaches() {
          const found: Breach[] = [];
          for (let d = 0; d < counts.length; d++) {
            if (counts[d] < 2) continue;
            const vms = group.members.filter((v) => domain(state.hostOf[v]) === d);
            found.push({ vms, host: state.hostOf[vms[0]] });
          }
          for (const v of group.members) {
            const host = state.hostOf[v];
            if (host >= 0 && domain(host) < 0) found.push({ vms: [v], host });
          }
          return found;
        },
      };
    },
  };
}

/** Members must be in one domain; every member outside the domain with the most is in the wrong place. */
export function togetherForm(group: DomainGroup, joins: boolean): Form {
  return {
    joins: joins ? group.members : undefined,
    express: (form) => form.addRule({ kind: "together" }, group.members, group.domains),
    bind(model, units) {
      const state = countMembers(group, model, units);
      const { counts, sizes, domain } = state;
      const outside = (): number => {
        let total = 0;
        let most = 0;
        for (const n of counts) {
          total += n;
          most = Math.max(most, n);
        }
        return total - most;
      };
      const change = (unit: number, to: number, from: number): number => {
        const size = sizes.get(unit) ?? 0;
        if (size === 0 || to === from) return 0;
        const before = outside();
        state.add(unit, from, -1);
        state.add(unit, to, 1);
        const after = outside();
        state.add(unit, to, -1);
        state.add(unit, from, 1);
        const nowhere = (host: number) => (host >= 0 && domain(host) < 0 ? size : 0);
        return (after - before + nowhere(to) - nowhere(from)) * ONE_VM;
      };
      return {
        units: state.units,
        wide: true,
        place: state.place,
        remove: state.remove,
        // A move within a group that is apart already is welcome only where it brings members together.
        fits(unit, to, from) {
          if ((sizes.get(unit) ?? 0) === 0 || to === from) return true;
          if (domain(to) < 0) return false;
          return from < 0 ? change(unit, to, -1) <= 0 || counts[domain(to)] > 0 : change(unit, to, from) <= 0;
        },
        change,
        violation: () => (outside() + homeless(group, state.hostOf, domain)) * ONE_VM,
        breaches() {
          if (outside() === 0) return [];
          const vms = group.members.filter((v) => state.hostOf[v] >= 0);
          return [{ vms, host: -1 }];
        },
      };
    },
  };
}
