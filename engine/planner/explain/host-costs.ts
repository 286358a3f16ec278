import type { HostCost, Plan } from "../plan";
import type { Choice } from "./choice";

/** What the VM would cost on each host, by objective: its own first, then those that could take it, the cheapest first. */
export function costsOnHosts({ outcome, unit, vm, host }: Choice): HostCost[] {
  const { search, table } = outcome;
  const { model, hosts } = search.problem;
  const none = Object.fromEntries(search.objectives.map(({ name }) => [name, 0]));
  const costs = model.hosts.map((there, h): HostCost => {
    const refusing = h === host ? null : search.state.refusedBy(unit, h);
    return {
      hostId: there.id,
      host: there.name,
      refused: refusing ? { constraint: refusing.constraint, text: refusing.because(vm, there) } : null,
      extraCost: table.deltas[unit * hosts + h],
      byObjective: h === host ? none : table.byObjective(unit, h),
    };
  });
  const rank = ({ hostId, refused }: HostCost): number =>
    hostId === model.hosts[host].id ? 0 : refused === null ? 1 : 2;
  const order = (a: HostCost, b: HostCost) => rank(a) - rank(b) || a.extraCost - b.extraCost;
  return costs.sort((a, b) => order(a, b) || (a.host < b.host ? -1 : 1));
}

type Move = Plan["moves"][number];

/** What a move from `from` gains by each objective, and what it costs itself; VMs that move as one share both. */
export function gainAndCost(
  { outcome, unit, host }: Choice,
  from: number,
): Pick<Move, "gain" | "byObjective" | "cost"> {
  const { search, table } = outcome;
  const { moveCost = 0, ...rest } = table.byObjective(unit, from);
  const members = search.problem.units.vms[unit].length;
  const share = (value: number): number => Math.round(value / members);
  const gain = Object.values(rest).reduce((a, b) => a + b, 0);
  const price = search.price(unit, host) - search.price(unit, from) - moveCost;
  return {
    gain: share(gain),
    byObjective: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, share(value)])),
    cost: share(price),
  };
}
