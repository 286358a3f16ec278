import type { Action } from "../../benchmark/btrplace/actions";
import { checkReconfiguration } from "../../benchmark/btrplace/check";
import type { BtrplaceConstraint, BtrplaceInstance } from "../../benchmark/formats/btrplace";
import { createRandom } from "../../engine/random";

/** A small instance with constraints of every kind, tight enough that some can't be met. */
export function randomInstance(seed: number): BtrplaceInstance {
  const random = createRandom(seed, "btrplace");
  const nodes = Array.from({ length: 3 + random.integer(2) }, (_, node) => node + 10);
  const vms = Array.from({ length: 4 + random.integer(3) }, (_, vm) => vm + 100);
  const onlineNodes: Record<string, { runningVMs: number[]; sleepingVMs: number[] }> = {};
  const offlineNodes: number[] = [];
  for (const node of nodes) {
    if (random.integer(6) === 0 && offlineNodes.length === 0) offlineNodes.push(node);
    else onlineNodes[node] = { runningVMs: [], sleepingVMs: [] };
  }
  const cpu: Record<string, number> = Object.fromEntries(vms.map((vm) => [vm, 1 + random.integer(4)]));
  const room: Record<string, number> = Object.fromEntries(nodes.map((node) => [node, 8 + random.integer(4)]));
  const readyVMs: number[] = [];
  const free = { ...room };
  for (const vm of vms) {
    const open = Object.keys(onlineNodes).filter((node) => free[node] >= cpu[vm]);
    if (open.length === 0 || random.integer(8) === 0) {
      readyVMs.push(vm);
      continue;
    }
    const node = random.pick(open);
    free[node] -= cpu[vm];
    const list = random.integer(12) === 0 ? onlineNodes[node].sleepingVMs : onlineNodes[node].runningVMs;
    list.push(vm);
  }
  const some = (list: readonly number[], least: number) =>
    random.shuffle(list).slice(0, least + random.integer(Math.max(1, list.length - least)));
  const halves = (list: readonly number[]) => {
    const shuffled = random.shuffle(list);
    return [shuffled.slice(0, 1 + random.integer(2)), shuffled.slice(2)].filter((part) => part.length > 0);
  };
  const continuous = random.integer(2) === 0;
  const makers: (() => BtrplaceConstraint)[] = [
    () => ({ id: "spread", vms: some(vms, 2).slice(0, 3), continuous }),
    () => ({ id: "gather", vms: some(vms, 2).slice(0, 2), continuous: false }),
    () => ({ id: "lonely", vms: some(vms, 1).slice(0, 1), continuous }),
    () => ({ id: "ban", vm: random.pick(vms), nodes: some(nodes, 1).slice(0, 2), continuous }),
    () => ({ id: "fence", vm: random.pick(vms), nodes: some(nodes, 1), continuous: false }),
    () => ({ id: "among", vms: some(vms, 2).slice(0, 3), parts: halves(nodes), continuous: false }),
    () => ({ id: "split", parts: halves(vms.slice(0, 4)), continuous: false }),
    () => ({ id: "splitAmong", vParts: halves(vms.slice(0, 3)), pParts: halves(nodes), continuous: false }),
    () => ({ id: "running", vm: random.pick(vms), continuous: false }),
    () => ({ id: "ready", vm: random.pick(vms), continuous: false }),
    () => ({ id: "root", vm: random.pick(vms), continuous: false }),
    () => ({ id: "offline", node: random.pick(nodes), continuous: false }),
    () => ({ id: "online", node: random.pick(nodes), continuous: false }),
    () => ({ id: "preserve", vm: random.pick(vms), rc: "cpu", amount: 3 + random.integer(5) }),
    () => ({ id: "preserve", vm: random.pick(vms), rc: "cpu", amount: 3 + random.integer(5) }),
    () => ({ id: "overbook", node: random.pick(nodes), rc: "cpu", ratio: 1.5, continuous: false }),
    () => ({ id: "runningCapacity", nodes: [random.pick(nodes)], amount: 1 + random.integer(3), continuous: false }),
    () => ({
      id: "resourceCapacity",
      nodes: [random.pick(nodes)],
      rc: "cpu",
      amount: 4 + random.integer(5),
      continuous: false,
    }),
  ];
  return {
    model: {
      mapping: { readyVMs, onlineNodes, offlineNodes },
      attributes: { vms: {}, nodes: {} },
      views: [{ id: "shareableResource", rcId: "cpu", defConsumption: 0, defCapacity: 0, vms: cpu, nodes: room }],
    },
    constraints: Array.from({ length: 1 + random.integer(4) }, () => random.pick(makers)()),
  };
}

/**
 * The fewest migrations of any placement in the end that keeps every constraint; null where there is none. By trying all of
 * them: whether it can be reached isn't asked. VMs without a constraint on their state keep it, as do nodes.
 */
export function fewestMigrations(instance: BtrplaceInstance): number | null {
  const { mapping } = instance.model;
  const at = new Map<number, number>();
  for (const [node, { runningVMs }] of Object.entries(mapping.onlineNodes))
    for (const vm of runningVMs) at.set(vm, Number(node));
  const listed = (kind: string, key: "vm" | "node") =>
    new Set(
      instance.constraints.flatMap((each) =>
        each.id === kind && key in each ? [(each as { vm?: number; node?: number })[key]!] : [],
      ),
    );
  const stopped = listed("ready", "vm");
  const wanted = listed("running", "vm");
  if ([...wanted].some((vm) => stopped.has(vm))) return null;
  const [offline, online] = [listed("offline", "node"), listed("online", "node")];
  if ([...offline].some((node) => online.has(node))) return null;
  const open = [
    ...Object.keys(mapping.onlineNodes).map(Number),
    ...mapping.offlineNodes.filter((node) => online.has(node)),
  ].filter((node) => !offline.has(node));
  const asleep = Object.entries(mapping.onlineNodes).flatMap(([node, { sleepingVMs }]) =>
    sleepingVMs.map((vm) => ({ vm, node: Number(node) })),
  );
  if (asleep.some(({ vm, node }) => offline.has(node) && !wanted.has(vm))) return null;
  const vms = [...new Set([...at.keys(), ...wanted])].filter((vm) => !stopped.has(vm));
  const nodeActions: Action[] = [
    ...mapping.offlineNodes
      .filter((node) => online.has(node))
      .map((node): Action => ({ kind: "bootNode", node, start: 0, end: 1 })),
    ...[...offline]
      .filter((node) => !mapping.offlineNodes.includes(node))
      .map((node): Action => ({ kind: "shutdownNode", node, start: 9, end: 10 })),
  ];
  const calm = {
    ...instance,
    constraints: instance.constraints.map((each) => ("continuous" in each ? { ...each, continuous: false } : each)),
  };
  let best: number | null = null;
  const choice = new Map<number, number>();
  const extend = (i: number, moves: number): void => {
    if (best !== null && moves >= best) return;
    if (i < vms.length) {
      for (const node of open) {
        choice.set(vms[i], node);
        extend(i + 1, moves + Number(at.has(vms[i]) && at.get(vms[i]) !== node));
      }
      return;
    }
    // Everything leaves at once and then arrives: what the way there breaks isn't asked, only where it ends.
    const wrong = checkReconfiguration(calm, [...nodeActions, ...arrivals(choice, at, stopped)]);
    if (
      wrong.filter((text) => text.startsWith("in the end") || text.startsWith("root") || text.startsWith("VM"))
        .length === 0
    )
      best = moves;
  };
  extend(0, 0);
  return best;
}

function arrivals(
  choice: ReadonlyMap<number, number>,
  at: ReadonlyMap<number, number>,
  stopped: ReadonlySet<number>,
): Action[] {
  const actions: Action[] = [];
  for (const [vm, from] of at) if (stopped.has(vm)) actions.push({ kind: "shutdownVM", vm, from, start: 1, end: 2 });
  for (const [vm, to] of choice) {
    const from = at.get(vm);
    if (from === undefined) actions.push({ kind: "bootVM", vm, to, start: 1, end: 2 });
    else if (from !== to) actions.push({ kind: "migrateVM", vm, from, to, start: 1, end: 2 });
    else actions.push({ kind: "allocate", vm, on: to, start: 1, end: 2 });
  }
  return actions;
}
