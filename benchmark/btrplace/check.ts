import { type BtrplaceConstraint, type BtrplaceInstance, nodesOf, vmsOf } from "../formats/btrplace";
import type { Action } from "./actions";

/**
 * An independent judge of reconfiguration plans, by BtrPlace's meaning: plays the actions by the clock on the instance as it
 * was read, and shares nothing with the solver. A migrating VM takes its old amounts on the source till the end of the action,
 * and its new ones on the destination from its start. Gives what is wrong, a sentence each.
 */
export function checkReconfiguration({ model, constraints }: BtrplaceInstance, actions: readonly Action[]): string[] {
  const wrong: string[] = [];
  const { mapping } = model;
  const views = model.views.filter((view) => view.id === "shareableResource");
  /** VM to the nodes it takes room on, and how much of each resource. */
  const on = new Map<number, Map<number, number[]>>();
  const hosted = new Map<number, Set<number>>();
  const online = new Map<number, boolean>();
  const asleep = new Map<number, number>();
  const now = (vm: number) => views.map((view) => view.vms[vm] ?? view.defConsumption);
  const wished = new Map<number, (number | undefined)[]>();
  for (const constraint of constraints) {
    if (constraint.id !== "preserve") continue;
    const r = views.findIndex((view) => view.rcId === constraint.rc);
    for (const vm of vmsOf(constraint)) {
      const list = wished.get(vm) ?? [];
      list[r] = Math.max(list[r] ?? 0, constraint.amount);
      wished.set(vm, list);
    }
  }
  const then = (vm: number) => now(vm).map((amount, r) => wished.get(vm)?.[r] ?? amount);
  const put = (vm: number, node: number, amounts: number[]) => {
    if (!on.has(vm)) on.set(vm, new Map());
    on.get(vm)!.set(node, amounts);
    if (!hosted.has(node)) hosted.set(node, new Set());
    hosted.get(node)!.add(vm);
  };
  const take = (vm: number, node: number) => {
    on.get(vm)?.delete(node);
    hosted.get(node)?.delete(vm);
  };
  for (const [node, { runningVMs, sleepingVMs }] of Object.entries(mapping.onlineNodes)) {
    online.set(Number(node), true);
    for (const vm of runningVMs) put(vm, Number(node), now(vm));
    for (const vm of sleepingVMs) asleep.set(vm, Number(node));
  }
  for (const node of mapping.offlineNodes) online.set(node, false);

  const ratios = new Map<string, number>();
  for (const constraint of constraints) {
    if (constraint.id !== "overbook") continue;
    for (const node of nodesOf(constraint)) {
      const key = `${node} ${constraint.rc}`;
      ratios.set(key, Math.min(ratios.get(key) ?? Infinity, constraint.ratio));
    }
  }
  const judgeNode = (node: number, when: string) => {
    const vms = [...(hosted.get(node) ?? [])];
    if (vms.length > 0 && !online.get(node)) wrong.push(`${when}: node ${node} is offline and has VMs`);
    views.forEach((view, r) => {
      const used = vms.reduce((sum, vm) => sum + on.get(vm)!.get(node)![r], 0);
      const room = (view.nodes[node] ?? view.defCapacity) * (ratios.get(`${node} ${view.rcId}`) ?? 1);
      if (used > room + 1e-9) wrong.push(`${when}: node ${node} has ${used} of ${room} ${view.rcId}`);
    });
  };
  const where = (vm: number): number[] => [...(on.get(vm)?.keys() ?? [])];
  const judgeRule = (constraint: BtrplaceConstraint, when: string) => {
    const fault = broken(constraint, where, hosted);
    if (fault) wrong.push(`${when}: ${constraint.id}: ${fault}`);
  };
  // One that is broken from the start can only be mended: it holds in the end.
  const lasting = constraints.filter(
    (constraint) => "continuous" in constraint && constraint.continuous && !broken(constraint, where, hosted),
  );
  const lastingOf = new Map<number, BtrplaceConstraint[]>();
  const everywhere: BtrplaceConstraint[] = [];
  for (const constraint of lasting) {
    const vms =
      "vms" in constraint && constraint.id !== "lonely"
        ? vmsOf(constraint)
        : "vm" in constraint
          ? vmsOf(constraint)
          : null;
    if (vms === null) everywhere.push(constraint);
    else for (const vm of vms) lastingOf.set(vm, [...(lastingOf.get(vm) ?? []), constraint]);
  }
  for (const constraint of constraints) {
    if (constraint.id !== "seq") continue;
    let last = 0;
    for (const vm of constraint.vms) {
      const own = actions.filter((action) => "vm" in action && action.vm === vm);
      for (const action of own) if (action.start < last) wrong.push(`seq: VM ${vm} acts too early`);
      for (const action of own) last = Math.max(last, action.end);
    }
  }
  const rooted = new Set(constraints.flatMap((constraint) => (constraint.id === "root" ? vmsOf(constraint) : [])));
  const prompt = new Set(constraints.flatMap((constraint) => (constraint.id === "noDelay" ? vmsOf(constraint) : [])));
  for (const action of actions) {
    if ("vm" in action && prompt.has(action.vm) && action.start > 0) wrong.push(`noDelay: VM ${action.vm} waits`);
  }
  const quarantined = new Set(constraints.flatMap((each) => (each.id === "quarantine" ? nodesOf(each) : [])));

  // Ends before starts: an action that begins when another ends finds it done.
  const events = actions.flatMap((action) => [
    { at: action.start, order: 1, action },
    { at: action.end, order: 0, action },
  ]);
  events.sort((a, b) => a.at - b.at || a.order - b.order);
  for (let i = 0; i < events.length;) {
    const { at, order } = events[i];
    const touched = new Set<number>();
    const concerned = new Set<BtrplaceConstraint>(order === 1 ? everywhere : []);
    for (; i < events.length && events[i].at === at && events[i].order === order; i++) {
      const { action } = events[i];
      if (order === 1) begin(action);
      else finish(action);
      if (order === 0) continue;
      if ("to" in action) touched.add(action.to);
      if ("on" in action) touched.add(action.on);
      if ("vm" in action) for (const constraint of lastingOf.get(action.vm) ?? []) concerned.add(constraint);
    }
    for (const node of touched) judgeNode(node, `at ${at} s`);
    for (const constraint of concerned) judgeRule(constraint, `at ${at} s`);
  }
  for (const node of online.keys()) judgeNode(node, "in the end");
  for (const constraint of constraints) judgeRule(constraint, "in the end");
  for (const constraint of constraints) judgeState(constraint);
  for (const [vm, places] of on) {
    const [node] = places.keys();
    if (places.size > 0 && places.get(node)!.some((amount, r) => amount < then(vm)[r]))
      wrong.push(`VM ${vm} has less than it is to keep`);
  }
  return wrong;

  function begin(action: Action): void {
    if (action.kind === "migrateVM") {
      if (where(action.vm).join() !== String(action.from)) wrong.push(`VM ${action.vm} isn't on node ${action.from}`);
      if (rooted.has(action.vm)) wrong.push(`root: VM ${action.vm} is migrated`);
      if (quarantined.has(action.from) || quarantined.has(action.to))
        wrong.push(`quarantine: VM ${action.vm} crosses it`);
      put(action.vm, action.to, then(action.vm));
    } else if (action.kind === "bootVM" || action.kind === "resumeVM") {
      if (where(action.vm).length > 0) wrong.push(`VM ${action.vm} runs already`);
      if (quarantined.has(action.to)) wrong.push(`quarantine: VM ${action.vm} enters`);
      put(action.vm, action.to, then(action.vm));
      asleep.delete(action.vm);
    } else if (action.kind === "allocate") {
      put(
        action.vm,
        action.on,
        now(action.vm).map((amount, r) => Math.max(amount, then(action.vm)[r])),
      );
    } else if (action.kind === "shutdownNode") {
      if ((hosted.get(action.node)?.size ?? 0) > 0) wrong.push(`node ${action.node} is shut down with VMs on it`);
      online.set(action.node, false);
    }
  }

  function finish(action: Action): void {
    if (
      action.kind === "migrateVM" ||
      action.kind === "shutdownVM" ||
      action.kind === "suspendVM" ||
      action.kind === "killVM"
    ) {
      take(action.vm, action.from);
      if (action.kind === "suspendVM") asleep.set(action.vm, action.from);
    } else if (action.kind === "allocate") put(action.vm, action.on, then(action.vm));
    else if (action.kind === "bootNode") online.set(action.node, true);
  }

  function judgeState(constraint: BtrplaceConstraint): void {
    const say = (text: string) => wrong.push(`in the end: ${constraint.id}: ${text}`);
    if (constraint.id === "running")
      for (const vm of vmsOf(constraint)) if (where(vm).length !== 1) say(`VM ${vm} doesn't run`);
    if (constraint.id === "ready" || constraint.id === "killed" || constraint.id === "sleeping") {
      for (const vm of vmsOf(constraint)) if (where(vm).length > 0) say(`VM ${vm} runs`);
    }
    if (constraint.id === "sleeping")
      for (const vm of vmsOf(constraint)) if (!asleep.has(vm)) say(`VM ${vm} doesn't sleep`);
    if (constraint.id === "online")
      for (const node of nodesOf(constraint)) if (!online.get(node)) say(`node ${node} is offline`);
    if (constraint.id === "offline")
      for (const node of nodesOf(constraint)) if (online.get(node)) say(`node ${node} is online`);
    if (constraint.id === "maxOnline" && constraint.nodes.filter((node) => online.get(node)).length > constraint.amount)
      say("too many");
    if (constraint.id === "resourceCapacity") {
      const r = views.findIndex((view) => view.rcId === constraint.rc);
      const vms = constraint.nodes.flatMap((node) =>
        [...(hosted.get(node) ?? [])].map((vm) => on.get(vm)!.get(node)![r]),
      );
      const used = vms.reduce((sum, each) => sum + each, 0);
      if (used > constraint.amount) say(`${used} of ${constraint.amount}`);
    }
  }
}

/** What is wrong with a rule about places; null where it is kept. A VM in flight is on both its nodes. */
function broken(
  constraint: BtrplaceConstraint,
  where: (vm: number) => number[],
  hosted: ReadonlyMap<number, ReadonlySet<number>>,
): string | null {
  const partsOf = (nodes: readonly number[], parts: readonly number[][]): Set<number> =>
    new Set(nodes.map((node) => parts.findIndex((part) => part.includes(node))));
  const shared = (lists: readonly number[][]): boolean => {
    const owner = new Map<number, number>();
    return lists.some((list, i) =>
      list.flatMap(where).some((node) => (owner.get(node) ?? i) !== i || !owner.set(node, i)),
    );
  };
  switch (constraint.id) {
    case "spread": {
      const seen = new Set<number>();
      for (const vm of constraint.vms) {
        for (const node of where(vm)) {
          if (seen.has(node)) return `two VMs on node ${node}`;
          seen.add(node);
        }
      }
      return null;
    }
    case "gather":
      return new Set(constraint.vms.flatMap(where)).size > 1 ? "VMs are on several nodes" : null;
    case "lonely": {
      const alone = new Set(constraint.vms);
      const crowded = constraint.vms
        .flatMap(where)
        .some((node) => [...(hosted.get(node) ?? [])].some((vm) => !alone.has(vm)));
      return crowded ? "a VM isn't alone" : null;
    }
    case "ban":
      return vmsOf(constraint)
        .flatMap(where)
        .some((node) => constraint.nodes.includes(node))
        ? "a VM is on a banned node"
        : null;
    case "fence":
      return vmsOf(constraint)
        .flatMap(where)
        .every((node) => constraint.nodes.includes(node))
        ? null
        : "a VM is outside";
    case "among": {
      const parts = partsOf(constraint.vms.flatMap(where), constraint.parts);
      return parts.has(-1) || parts.size > 1 ? "VMs are in several parts" : null;
    }
    case "split":
      return shared(constraint.parts) ? "parts share a node" : null;
    case "splitAmong": {
      const used = constraint.vParts.map((part) => partsOf(part.flatMap(where), constraint.pParts));
      if (used.some((parts) => parts.has(-1) || parts.size > 1)) return "a part is split";
      const all = used.flatMap((parts) => [...parts]);
      return new Set(all).size < all.length ? "parts share nodes" : null;
    }
    case "runningCapacity": {
      const count = new Set(constraint.nodes.flatMap((node) => [...(hosted.get(node) ?? [])])).size;
      return count > constraint.amount ? `${count} VMs of ${constraint.amount}` : null;
    }
    default:
      return null;
  }
}
