import { type Breach, type Form, ONE_VM } from "../constraint";
import { countMembers, type DomainGroup } from "./domains";

/**
 * Members must use at least `least` domains, with at most `most` in any. A unit that has no host yet may still open a
 * domain: only what the rest can't make good any more is missing.
 */
export function spreadForm(group: DomainGroup, least: number, most: number): Form {
  return {
    express(form) {
      if (least > 1) form.addRule({ kind: "spread", atLeast: least }, group.members, group.domains);
      const limit = Math.min(most, group.members.length);
      form.addRule({ kind: "apart", limit }, group.members, group.domains);
    },
    bind(model, units) {
      const state = countMembers(group, model, units);
      const { counts, sizes, domain } = state;
      let waiting = sizes.size;
      const missing = (used: number, left: number): number => Math.max(0, least - used - left);
      const excess = (n: number): number => Math.max(0, n - most);
      const usedNow = (): number => counts.reduce((n, there) => n + Number(there > 0), 0);
      const homeless = (): number =>
        group.members.reduce((n, v) => n + Number(state.hostOf[v] >= 0 && domain(state.hostOf[v]) < 0), 0);
      const change = (unit: number, to: number, from: number): number => {
        const size = sizes.get(unit) ?? 0;
        const [a, b] = [domain(from), domain(to)];
        if (size === 0 || to === from || (a >= 0 && a === b)) return 0;
        const used = usedNow();
        let after = used;
        let sum = 0;
        if (a >= 0) {
          sum += excess(counts[a] - size) - excess(counts[a]);
          if (counts[a] === size) after--;
        } else if (from >= 0) sum -= size;
        if (b >= 0) {
          sum += excess(counts[b] + size) - excess(counts[b]);
          if (counts[b] === 0) after++;
        } else if (to >= 0) sum += size;
        const left = waiting + Number(to < 0) - Number(from < 0);
        return (sum + missing(after, left) - missing(used, waiting)) * ONE_VM;
      };
      return {
        units: state.units,
        wide: true,
        place(unit, host) {
          state.place(unit, host);
          waiting--;
        },
        remove(unit, host) {
          state.remove(unit, host);
          waiting++;
        },
        fits(unit, to, from) {
          const d = domain(to);
          const size = sizes.get(unit) ?? 0;
          if (size === 0 || to === from) return true;
          if (d < 0) return false;
          if (from >= 0) return change(unit, to, from) <= 0;
          const used = usedNow() + Number(counts[d] === 0);
          return missing(used, waiting - 1) === 0 && excess(counts[d] + size) === 0;
        },
        change,
        violation: () =>
          (missing(usedNow(), waiting) + homeless() + counts.reduce((sum, n) => sum + excess(n), 0)) * ONE_VM,
        breaches() {
          const found: Breach[] = [];
          const placed = group.members.filter((v) => state.hostOf[v] >= 0);
          if (missing(usedNow(), waiting) > 0) found.push({ vms: placed, host: -1 });
          counts.forEach((n, d) => {
            if (excess(n) === 0) return;
            const vms = placed.filter((v) => domain(state.hostOf[v]) === d);
            found.push({ vms, host: state.hostOf[vms[0]] });
          });
          for (const v of placed) if (domain(state.hostOf[v]) < 0) found.push({ vms: [v], host: state.hostOf[v] });
          return found;
        },
      };
    },
  };
}
