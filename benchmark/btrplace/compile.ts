import { AffinityError } from "../../engine/errors";
import type { ReassignmentSpec, RuleSpec } from "../../engine/planner/reassignment";
import { type BtrplaceConstraint, type BtrplaceInstance, nodesOf, vmsOf } from "../formats/btrplace";
import { Forms } from "./forms";

/** An instance in the form of the reassignment problem, and what the order of actions needs beside it. */
export interface Compiled {
  readonly spec: ReassignmentSpec;
  /** [item] VM id: all that run in the end, which are the spec's items, then those that stop. */
  readonly vms: readonly number[];
  /** [bin] node id. */
  readonly nodes: readonly number[];
  /** [item] bin where it runs now; -1: nowhere. */
  readonly from: Int32Array;
  /** [item][resource] */
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly capacity: Float64Array;
  readonly resources: number;
  /** Rules that hold at every instant, over `groups`. */
  readonly continuous: readonly RuleSpec[];
  readonly groups: readonly (readonly number[])[];
  readonly opening: readonly number[];
  readonly closing: readonly number[];
  readonly sequences: readonly (readonly number[])[];
  readonly first: readonly number[];
  /** [VM id] what a VM that comes or goes does. */
  readonly verbs: ReadonlyMap<number, "bootVM" | "resumeVM" | "shutdownVM" | "suspendVM" | "killVM">;
}

/** The constraints of some kinds: one schema may stand for several. */
type Of<K extends BtrplaceConstraint["id"], C = BtrplaceConstraint> = C extends { id: infer I }
  ? [Extract<I, K>] extends [never]
    ? never
    : C
  : never;

/** @throws AffinityError BTRPLACE_UNSUPPORTED with everything in the instance that the form can't say. */
export function compileBtrplace({ model, constraints }: BtrplaceInstance): Compiled {
  const problems: { path: string; message: string }[] = [];
  const refuse = (kind: string, message: string) => problems.push({ path: kind, message });
  const all = <K extends BtrplaceConstraint["id"]>(...kinds: K[]): Of<K>[] =>
    constraints.filter((constraint): constraint is Of<K> => (kinds as string[]).includes(constraint.id));
  const listed = (...kinds: ("running" | "ready" | "sleeping" | "killed" | "root" | "noDelay")[]) =>
    new Set(all(...kinds).flatMap(vmsOf));

  const { mapping } = model;
  const online = Object.keys(mapping.onlineNodes).map(Number);
  const nodes = [...online, ...mapping.offlineNodes].sort((a, b) => a - b);
  const binOf = new Int32Array((nodes.at(-1) ?? 0) + 1).fill(-1);
  nodes.forEach((node, b) => (binOf[node] = b));
  const bin = (node: number): number => binOf[node] ?? -1;
  const binsOf = (list: readonly number[]): number[] => list.map(bin).filter((b) => b >= 0);
  const runs = new Map<number, number>();
  const sleeps = new Map<number, number>();
  for (const [node, { runningVMs, sleepingVMs }] of Object.entries(mapping.onlineNodes)) {
    for (const vm of runningVMs) runs.set(vm, bin(Number(node)));
    for (const vm of sleepingVMs) sleeps.set(vm, bin(Number(node)));
  }

  const wanted = listed("running");
  const killed = listed("killed");
  const suspended = listed("sleeping");
  const stopped = new Set([...listed("ready"), ...suspended, ...killed]);
  for (const vm of wanted) if (stopped.has(vm)) refuse("running", `VM ${vm} is to run, and not to`);
  const sorted = [...new Set([...runs.keys(), ...wanted])].sort((a, b) => a - b);
  const staying = sorted.filter((vm) => !stopped.has(vm));
  const vms = [...staying, ...sorted.filter((vm) => stopped.has(vm))];
  const itemOf = new Map(vms.map((vm, item) => [vm, item]));
  const items = (list: readonly number[]): number[] => list.flatMap((vm) => itemOf.get(vm) ?? []);
  const verbs: Map<number, "bootVM" | "resumeVM" | "shutdownVM" | "suspendVM" | "killVM"> = new Map();
  for (const vm of vms) {
    if (!runs.has(vm)) verbs.set(vm, sleeps.has(vm) ? "resumeVM" : "bootVM");
    else if (stopped.has(vm)) verbs.set(vm, killed.has(vm) ? "killVM" : suspended.has(vm) ? "suspendVM" : "shutdownVM");
  }

  const offline = new Set(all("offline").flatMap(nodesOf).map(bin));
  const off = new Set(mapping.offlineNodes.map(bin));
  const opened = new Set(all("online").flatMap(nodesOf).map(bin));
  for (const b of opened) if (offline.has(b)) refuse("online", `node ${nodes[b]} is to be online, and offline`);
  const closed = Array.from(nodes.keys()).filter((b) => offline.has(b) || (off.has(b) && !opened.has(b)));
  for (const [vm, at] of sleeps) {
    if (offline.has(at) && !wanted.has(vm)) refuse("offline", `node ${nodes[at]} keeps the sleeping VM ${vm}`);
  }
  for (const { nodes: some, amount } of all("maxOnline")) {
    const left = binsOf(some).filter((b) => !closed.includes(b)).length;
    if (left > amount) refuse("maxOnline", `${left} of ${some.length} nodes would be online, at most ${amount} may`);
  }

  const views = model.views.filter((view) => view.id === "shareableResource");
  const index = new Map(views.map((view, r) => [view.rcId, r]));
  const resourceOf = (kind: string, rc: string): number => {
    if (!index.has(rc)) refuse(kind, `no resource is named "${rc}"`);
    return index.get(rc) ?? 0;
  };
  const counted = all("runningCapacity");
  const resources = views.length + (counted.length > 0 ? 1 : 0);
  const capacity = new Float64Array(nodes.length * resources);
  const before = new Float64Array(vms.length * resources).fill(1);
  views.forEach((view, r) => {
    nodes.forEach((node, b) => (capacity[b * resources + r] = view.nodes[node] ?? view.defCapacity));
    vms.forEach((vm, item) => (before[item * resources + r] = view.vms[vm] ?? view.defConsumption));
  });
  if (counted.length > 0) nodes.forEach((_, b) => (capacity[b * resources + views.length] = vms.length));
  for (const constraint of all("overbook")) {
    const r = resourceOf("overbook", constraint.rc);
    for (const b of binsOf(nodesOf(constraint))) {
      capacity[b * resources + r] = Math.floor(capacity[b * resources + r] * constraint.ratio + 1e-9);
    }
  }
  for (const constraint of [...all("resourceCapacity"), ...counted]) {
    const [b, ...more] = binsOf(constraint.nodes);
    const r = constraint.id === "runningCapacity" ? views.length : resourceOf(constraint.id, constraint.rc);
    if (more.length === 0) capacity[b * resources + r] = Math.min(capacity[b * resources + r], constraint.amount);
    else if (constraint.id === "resourceCapacity") {
      refuse(constraint.id, `of ${constraint.nodes.length} nodes together; only one by itself can be limited`);
    }
  }
  const after = Float64Array.from(before);
  const preserved = new Map<number, number>();
  for (const constraint of all("preserve")) {
    const r = resourceOf("preserve", constraint.rc);
    for (const item of items(vmsOf(constraint))) {
      const at = item * resources + r;
      preserved.set(at, Math.max(preserved.get(at) ?? 0, constraint.amount));
    }
  }
  for (const [at, value] of preserved) after[at] = value;

  const smallest = Float64Array.from({ length: resources }, (_, r) => {
    let least = Infinity;
    for (let i = r; i < staying.length * resources; i += resources) least = Math.min(least, before[i], after[i]);
    return least;
  });
  /** No more VMs fit on the bin than this. */
  const mostItems = (b: number): number =>
    smallest.reduce(
      (most, least, r) => (least > 0 ? Math.min(most, Math.floor(capacity[b * resources + r] / least)) : most),
      Infinity,
    );

  const forms = new Forms(nodes.length, vms.length, staying.length, refuse);
  for (const vm of listed("root")) if (runs.has(vm)) forms.restrict(items([vm]), [runs.get(vm)!]);
  for (const constraint of all("fence")) forms.restrict(items(vmsOf(constraint)), binsOf(constraint.nodes));
  for (const constraint of all("ban")) forms.bar(items(vmsOf(constraint)), binsOf(constraint.nodes));
  for (const b of all("quarantine").flatMap(nodesOf).map(bin)) {
    forms.restrict(items(vms.filter((vm) => runs.get(vm) === b)), [b]);
    forms.bar(items(vms.filter((vm) => runs.get(vm) !== b)), [b]);
  }
  for (const { vms: some, continuous } of all("spread")) {
    forms.add({ kind: "apart", group: forms.group(items(some)) }, continuous);
  }
  for (const { vms: some, continuous } of all("gather")) {
    forms.add({ kind: "together", group: forms.group(items(some)) }, continuous);
  }
  for (const { vms: some, parts, continuous } of all("among")) {
    const lists = parts.map(binsOf);
    const partition = forms.partition("among", lists);
    forms.restrict(items(some), lists.flat());
    forms.add({ kind: "together", group: forms.group(items(some)), partition }, continuous);
  }
  for (const { nodes: some, amount, continuous } of counted) {
    const bins = binsOf(some);
    if (bins.length < 2) continue;
    const inside = new Set(bins);
    const outside = Array.from(nodes.keys()).filter((b) => !inside.has(b));
    // The rule limits every cell: one that holds fewer VMs by its capacity isn't touched.
    if (outside.some((b) => mostItems(b) > amount)) {
      refuse("runningCapacity", `${amount} VMs on ${some.length} nodes is less than some other node could hold`);
      continue;
    }
    const partition = forms.partition("runningCapacity", [bins, ...outside.map((b) => [b])]);
    forms.add({ kind: "apart", group: forms.group(items(vms)), partition, limit: amount }, continuous);
  }
  const exclude = (lists: readonly number[][], continuous: boolean, partition?: number): void => {
    const groups = lists.map((list) => forms.group(list));
    groups.forEach((group, i) => {
      for (const other of groups.slice(i + 1)) forms.add({ kind: "excludes", group, other, partition }, continuous);
    });
  };
  for (const { parts, continuous } of all("split")) exclude(parts.map(items), continuous);
  for (const { vms: some, continuous } of all("lonely")) {
    const alone = new Set(items(some));
    exclude([[...alone], items(vms).filter((item) => !alone.has(item))], continuous);
  }
  for (const { vParts, pParts, continuous } of all("splitAmong")) {
    const lists = pParts.map(binsOf);
    const partition = forms.partition("splitAmong", lists);
    for (const part of vParts) {
      forms.restrict(items(part), lists.flat());
      forms.add({ kind: "together", group: forms.group(items(part)), partition }, continuous);
    }
    exclude(vParts.map(items), continuous, partition);
  }
  if (problems.length > 0) {
    throw new AffinityError({
      code: "BTRPLACE_UNSUPPORTED",
      message: "the instance asks for what can't be said in the form of a reassignment",
      problems,
    });
  }
  return {
    spec: {
      items: staying.length,
      bins: nodes.length,
      resources: Array.from({ length: resources }, (_, r) => ({
        capacity: Float64Array.from(nodes, (_node, b) => capacity[b * resources + r]),
      })),
      demand: after.subarray(0, staying.length * resources),
      initial: Int32Array.from(staying, (vm) => runs.get(vm) ?? -1),
      closed,
      ...forms.spec(),
    },
    vms,
    nodes,
    from: Int32Array.from(vms, (vm) => runs.get(vm) ?? -1),
    before,
    after,
    capacity,
    resources,
    continuous: forms.continuous,
    groups: forms.groups,
    opening: [...off].filter((b) => opened.has(b)).sort((a, b) => a - b),
    closing: [...offline].filter((b) => b >= 0 && !off.has(b)).sort((a, b) => a - b),
    sequences: all("seq").map(({ vms: some }) => items(some)),
    first: items([...listed("noDelay")]),
    verbs,
  };
}
