import { indicesById, indicesByName } from "../constraints/tables";
import { COST_UNIT } from "../plan";
import { CRITICALITY_WEIGHT, type Model } from "../problem/model";
import { horizonHours, percent } from "../wording";
import type { Objective } from "./objective";

/** VMs that stand in for each other. */
interface Redundant {
  readonly members: readonly number[];
  /** What a pair that fails together costs, for each unit of weight. */
  readonly perPair: number;
  /** Whether a constraint keeps each on a host of its own. */
  readonly ownHosts: boolean;
}

/** Groups that are apart or spread, by request or DRS rule, binding or not: their members stand in for each other. */
function redundantGroups(model: Model): Redundant[] {
  const asked = model.request.groups
    .filter(({ kind }) => kind !== "together")
    .map((group) => ({
      members: indicesByName(model, group.members),
      ownHosts: group.mandatory && group.kind === "apart" && group.over === "host",
    }));
  const rules = model.cluster.rules.flatMap((rule) =>
    rule.kind === "vmAntiAffinity" && rule.enabled
      ? [{ members: indicesById(model, rule.virtualMachines), ownHosts: rule.mandatory }]
      : [],
  );
  return [...asked, ...rules]
    .filter(({ members }) => members.length > 1 && members.some((v) => v < model.movable))
    .map(({ members, ownHosts }) => {
      const critical = Math.max(...members.map((v) => CRITICALITY_WEIGHT[model.vms[v].criticality]));
      return { members, perPair: (2 * critical) / (members.length - 1), ownHosts };
    });
}

const known = new WeakMap<Model, Float64Array>();

/** [host][host] probability that both fail within the horizon, in the model's order; what nobody knows is left out. */
export function jointFailures(model: Model): Float64Array {
  const joint = known.get(model) ?? compileJoint(model);
  known.set(model, joint);
  return joint;
}

function compileJoint(model: Model): Float64Array {
  const hosts = model.hosts.length;
  const joint = new Float64Array(hosts * hosts);
  const { correlation } = model.assessment;
  const { ids } = model.assessment.hosts;
  const rowOf = new Map(ids.map((id, row) => [id, row]));
  model.hosts.forEach((a, h) => {
    joint[h * hosts + h] = model.risks[h].probability ?? 0;
    if (!correlation) {
      model.lacking.add("host failure correlation", a.name, "only VMs on one host are taken to fail together");
      return;
    }
    model.hosts.forEach((b, k) => {
      const [row, column] = [rowOf.get(a.id), rowOf.get(b.id)];
      const both = row === undefined || column === undefined ? NaN : correlation.joint[row * ids.length + column];
      if (!Number.isNaN(both)) joint[h * hosts + k] = both;
      else if (h !== k) model.lacking.add("host failure correlation", a.name, "taken to fail alone");
    });
  });
  return joint;
}

/**
 * Expected loss of VMs that stand in for each other: for each pair of a group, the probability that both their hosts
 * fail, which on one host is that of the host. With all n members on one host, the group costs as much as hostRisk
 * counts for them at the same weight.
 */
export const correlatedFailure: Objective = {
  name: "correlatedFailure",
  title: "Correlated failure",
  description:
    "Probability that members of a group which is apart or spread fail together, on one host or on hosts that fail " +
    "together, times the criticality of the group.",
  reads: [
    "assessment: host by host probability that both fail",
    "request: groups that are apart or spread",
    "inventory: DRS anti-affinity rules",
  ],
  bind(state, weight) {
    const { model, units, hosts } = state.problem;
    const redundant = redundantGroups(model);
    if (weight === 0 || redundant.length === 0) return null;
    const joint = jointFailures(model);
    // On hosts of their own nothing is known of their failing together, unless a model says.
    const groups = redundant.filter(({ ownHosts }) => !ownHosts || model.assessment.correlation);
    if (groups.length === 0) return null;
    const price = (g: number, a: number, b: number): number =>
      Math.round(groups[g].perPair * weight * COST_UNIT * joint[a * hosts + b]);
    // [group][host]: what one more member there would cost with all that are placed.
    const field = new Float64Array(groups.length * hosts);
    const groupsOf: { group: number; size: number }[][] = Array.from({ length: units.count }, () => []);
    const add = (g: number, host: number, times: number): void => {
      for (let h = 0; h < hosts; h++) field[g * hosts + h] += times * price(g, h, host);
    };
    groups.forEach(({ members }, g) => {
      for (const v of members) {
        if (v >= model.movable) {
          add(g, model.vms[v].current, 1);
          continue;
        }
        const own = groupsOf[units.unitOf[v]];
        const known = own.find(({ group }) => group === g);
        if (known) known.size++;
        else own.push({ group: g, size: 1 });
      }
    });
    state.follow({
      place: (unit, host) => groupsOf[unit].forEach(({ group, size }) => add(group, host, size)),
      remove: (unit, host) => groupsOf[unit].forEach(({ group, size }) => add(group, host, -size)),
    });
    /** Cost of the unit on `host` with the others of its group, as things stand with it on `from`. */
    const cost = (unit: number, host: number, from: number): number => {
      if (host < 0) return 0;
      let sum = 0;
      for (const { group, size } of groupsOf[unit]) {
        const own = from < 0 ? 0 : size * price(group, host, from);
        const among = ((size * (size - 1)) / 2) * price(group, host, host);
        sum += size * (field[group * hosts + host] - own) + among;
      }
      return sum;
    };
    const linked = groupsOf.map((own) => {
      const members = own.flatMap(({ group }) => groups[group].members.filter((v) => v < model.movable));
      return [...new Set(members.map((v) => units.unitOf[v]))];
    });
    return {
      name: "correlatedFailure",
      total() {
        let sum = 0;
        groups.forEach(({ members }, g) => {
          const at = members
            .map((v) => (v < model.movable ? state.hostOf[units.unitOf[v]] : model.vms[v].current))
            .filter((host) => host >= 0);
          at.forEach((a, i) => {
            for (let k = i + 1; k < at.length; k++) sum += price(g, a, at[k]);
          });
        });
        return sum;
      },
      delta: (unit, from, to) => (groupsOf[unit].length === 0 ? 0 : cost(unit, to, from) - cost(unit, from, from)),
      addDeltas(unit, from, _relief, _intakes, into, at) {
        const here = cost(unit, from, from);
        for (let h = 0; h < hosts; h++) into[at + h] += cost(unit, h, from) - here;
      },
      concerns: (unit) => groupsOf[unit].length > 0,
      linked: (unit) => linked[unit],
    };
  },
  better: ({ model, here, there }) =>
    `its group is less likely to fail together than on ${there.host.name}${risk(model, here.index, there.index)}`,
  worse: ({ model, here, there }) =>
    `its group is likely to fail together there${risk(model, here.index, there.index)}`,
};

const risk = (model: Model, here: number, there: number): string => {
  const joint = jointFailures(model)[here * model.hosts.length + there];
  return joint > 0
    ? ` (${percent(joint)} that both hosts fail within ${horizonHours(model.assessment.horizon)} h)`
    : "";
};
