import { type Form, ONE_VM } from "../constraint";
import { countMembers, type DomainGroup } from "./domains";

/**
 * Members may use at most `most` domains: every member outside the `most` domains with the most of them is in the
 * wrong place, so that each move that brings them nearer counts.
 */
export function fewDomainsForm(group: DomainGroup, most: number): Form {
  return {
    express: (form) => form.addRule({ kind: "together", atMost: most }, group.members, group.domains),
    bind(model, units) {
      const state = countMembers(group, model, units);
      const { counts, sizes, domain } = state;
      const outside = (): number => {
        const used = counts.filter((n) => n > 0);
        if (used.length <= most) return 0;
        return used
          .sort()
          .subarray(0, used.length - most)
          .reduce((a, b) => a + b, 0);
      };
      const change = (unit: number, to: number, from: number): number => {
        if (!sizes.has(unit) || domain(to) === domain(from)) return 0;
        const before = outside();
        state.add(unit, from, -1);
        state.add(unit, to, 1);
        const after = outside();
        state.add(unit, to, -1);
        state.add(unit, from, 1);
        return (after - before) * ONE_VM;
      };
      return {
        units: state.units,
        wide: true,
        place: state.place,
        remove: state.remove,
        // Most requests keep within the limit, where a domain in use is always open.
        fits: (unit, to, from) => (counts[domain(to)] > 0 && outside() === 0) || change(unit, to, from) <= 0,
        change,
        violation: () => outside() * ONE_VM,
        breaches: () => (outside() === 0 ? [] : [{ vms: group.members.filter((v) => state.hostOf[v] >= 0), host: -1 }]),
      };
    },
  };
}
