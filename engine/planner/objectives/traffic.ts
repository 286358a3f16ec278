import { tagDomains } from "../constraints/fault-domains";
import { indicesByName } from "../constraints/tables";
import { COST_UNIT } from "../plan";
import type { Model } from "../problem/model";
import type { Objective } from "./objective";

/** KB/s of 10 Gbit/s: what costs the weight between two hosts, over the whole horizon. */
const FULL_LINK = 1_250_000;
/** Between zones: links are longer, fewer and shared. */
const BETWEEN_ZONES = 4;

/** Rates between two VMs of the model; what the request declares of a pair stands in place of the model's word. */
function ratesOf(model: Model): Map<string, { a: number; b: number; rate: number }> {
  const rates = new Map<string, { a: number; b: number; rate: number }>();
  const key = (a: number, b: number): string => `${Math.min(a, b)} ${Math.max(a, b)}`;
  const byRow = new Map(model.vms.flatMap((vm, v) => (vm.row < 0 ? [] : [[vm.row, v]])));
  const { traffic } = model.assessment;
  traffic?.kilobytesPerSecond.forEach((rate, e) => {
    const [a, b] = [byRow.get(traffic.from[e]), byRow.get(traffic.to[e])];
    if (a !== undefined && b !== undefined && a !== b && rate > 0) rates.set(key(a, b), { a, b, rate });
  });
  const groups = new Map(model.request.groups.map((group) => [group.name, group.members]));
  const declared = new Map<string, { a: number; b: number; rate: number }>();
  for (const { between, kilobytesPerSecond } of model.request.relations.traffic) {
    const [first, second] = between.map((name) => indicesByName(model, groups.get(name) ?? [name]));
    const pairs = new Map<string, [number, number]>();
    for (const a of first) for (const b of second) if (a !== b) pairs.set(key(a, b), [a, b]);
    for (const [id, [a, b]] of pairs) {
      const more = kilobytesPerSecond / pairs.size;
      declared.set(id, { a, b, rate: (declared.get(id)?.rate ?? 0) + more });
    }
  }
  for (const [id, pair] of declared) rates.set(id, pair);
  return rates;
}

export const traffic: Objective = {
  name: "traffic",
  title: "Traffic between hosts and zones",
  description:
    "What VMs send to each other from host to host; between hosts of different zones (`zoneCategory`) four times as much.",
  reads: [
    "assessment: traffic between VMs",
    "request: relations.traffic, between VMs or groups, which stands in place of the model's word on the same two VMs",
    "config.zoneCategory, and the hosts' tags of it",
  ],
  bind(state, weight) {
    const { model, units } = state.problem;
    const rates = ratesOf(model);
    if (weight === 0 || rates.size === 0) return null;
    const category = model.request.config.zoneCategory;
    const zones = category === undefined ? null : tagDomains(model, category);
    zones?.forEach((zone, h) => {
      if (zone < 0) model.lacking.add(`tag of the category ${category}`, model.hosts[h].name, "taken as in every zone");
    });
    /** How many times the price of an edge its traffic costs between two hosts. */
    const times = (a: number, b: number): number => {
      if (a < 0 || b < 0 || a === b) return 0;
      return zones && zones[a] >= 0 && zones[b] >= 0 && zones[a] !== zones[b] ? BETWEEN_ZONES : 1;
    };
    const edges: { a: number; b: number; price: number }[] = [];
    const edgesOf: { other: number; price: number }[][] = Array.from({ length: units.count }, () => []);
    for (const { a, b, rate } of rates.values()) {
      const price = Math.round((weight * COST_UNIT * rate) / FULL_LINK);
      if (price === 0 || (a >= model.movable && b >= model.movable)) continue;
      const sameUnit = a < model.movable && b < model.movable && units.unitOf[a] === units.unitOf[b];
      if (sameUnit) continue;
      edges.push({ a, b, price });
      if (a < model.movable) edgesOf[units.unitOf[a]].push({ other: b, price });
      if (b < model.movable) edgesOf[units.unitOf[b]].push({ other: a, price });
    }
    if (edges.length === 0) return null;
    const hostOf = (v: number): number => (v < model.movable ? state.hostOf[units.unitOf[v]] : model.vms[v].current);
    const linked = edgesOf.map((list) => [
      ...new Set(list.flatMap(({ other }) => (other < model.movable ? [units.unitOf[other]] : []))),
    ]);
    return {
      name: "traffic",
      total: () => edges.reduce((sum, { a, b, price }) => sum + price * times(hostOf(a), hostOf(b)), 0),
      delta(unit, from, to) {
        let change = 0;
        for (const { other, price } of edgesOf[unit]) {
          const there = hostOf(other);
          change += price * (times(to, there) - times(from, there));
        }
        return change;
      },
      concerns: (unit) => edgesOf[unit].length > 0,
      linked: (unit) => linked[unit],
    };
  },
  better: ({ there }) => `nearer to the VMs that it talks to than on ${there.host.name}`,
  worse: ({ here }) => `far from the VMs that it talks to; ${here.host.name} is nearer`,
};
