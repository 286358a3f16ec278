import { evcCompatible, findCluster, type Host, type Snapshot, type VirtualMachine } from "../../../engine/snapshot";
import type { Plan } from "../../../engine/planner/plan";
import type { PlanRequest, RequestedVm } from "../../../engine/planner/request";

/**
 * An independent judge of plans: it takes the snapshot, the request and the plan, shares no code with the solver, and
 * is written the plain way (maps and loops over names). A constraint that the world breaks already counts only where
 * the plan makes it worse.
 */
export interface Finding {
  readonly constraint: string;
  readonly text: string;
}

interface Guest {
  readonly name: string;
  readonly vm: VirtualMachine | null;
  readonly wish: RequestedVm | null;
  readonly before: string | null;
  readonly after: string;
}

export function checkPlan(snapshot: Snapshot, request: PlanRequest, plan: Plan): Finding[] {
  const findings: Finding[] = [];
  const fail = (constraint: string, text: string) => findings.push({ constraint, text });
  const cluster = findCluster(snapshot, request.cluster);
  const hosts = new Map(snapshot.hosts.filter((host) => host.cluster === cluster.id).map((host) => [host.id, host]));
  const guests = guestsOf(snapshot, request, plan, hosts, fail);
  const moved = (guest: Guest) => guest.before !== guest.after;

  for (const guest of guests) {
    const host = hosts.get(guest.after);
    if (!host) fail("host", `${guest.name} is on ${guest.after}, which the cluster doesn't have`);
    else if (moved(guest)) checkArrival(snapshot, guest, host, cluster, fail);
  }
  const running = guests.filter(({ vm, wish }) => wish !== null || vm === null || vm.power === "poweredOn");
  for (const host of hosts.values()) checkHost(request, host, running, fail);
  for (const rule of cluster.rules) {
    if (!rule.enabled || !rule.mandatory) continue;
    if (rule.kind === "vmAffinity" || rule.kind === "vmAntiAffinity") {
      const members = guests.filter(({ vm }) => vm !== null && rule.virtualMachines.includes(vm.id));
      const surplus = rule.kind === "vmAffinity" ? scattered : crowded;
      if (surplus(members.map(({ after }) => after)) > surplus(known(members))) fail(rule.kind, `rule ${rule.name}`);
    } else if (rule.kind !== "vmDependency") {
      const vms = cluster.vmGroups.find(({ name }) => name === rule.vmGroup)?.members ?? [];
      const allowed = cluster.hostGroups.find(({ name }) => name === rule.hostGroup)?.members ?? [];
      for (const guest of guests) {
        if (guest.vm === null || !vms.includes(guest.vm.id) || !moved(guest)) continue;
        if (allowed.includes(guest.after) !== (rule.kind === "vmHostAffinity"))
          fail(rule.kind, `rule ${rule.name}: ${guest.name}`);
      }
    }
  }
  const planned = new Set(plan.virtualMachines.map(({ id, vm }) => id ?? vm));
  const isPlanned = ({ vm, name }: Guest): boolean => planned.has(vm?.id ?? name);
  const inPlan = guests.filter(isPlanned);
  for (const group of request.groups) {
    if (!group.mandatory) continue;
    const members = guests.filter(({ name }) => group.members.includes(name));
    // What VMs that the plan has no say in break among themselves is the world's.
    if (!members.some(isPlanned)) continue;
    const domains = members.map(({ after }) => {
      if (group.over === "host") return after;
      const category = group.over.tagCategory;
      const tags = hosts.get(after)?.tags.filter((tag) => tag.category === category) ?? [];
      if (tags.length !== 1) fail("zones", `${group.name}: ${after} has ${tags.length} tags of ${category}`);
      return tags[0]?.name ?? after;
    });
    if (group.kind === "spread") {
      const { minDomains = 1, maxPerDomain = Infinity } = group;
      const ours = domains.filter((_, i) => isPlanned(members[i]));
      const most = Math.max(...ours.map((domain) => domains.filter((other) => other === domain).length));
      if (new Set(domains).size < minDomains || most > maxPerDomain)
        fail("minimum-spread", `group ${group.name}: ${domains.join(", ")}`);
    } else if (
      (group.kind === "apart" ? crowded : scattered)(domains) >
      (group.kind === "apart" ? crowded : scattered)(domains.filter((_, i) => !isPlanned(members[i])))
    )
      fail("group", `group ${group.name}: ${domains.join(", ")}`);
  }
  checkRules(request, guests, inPlan, hosts, fail);
  checkAdmission(snapshot, request, running, hosts, fail);
  const moves = guests.filter(
    (guest) => guest.before !== null && moved(guest) && request.keep[guest.name] !== guest.after,
  );
  if (moves.length > request.config.maxMoves)
    fail("maximum-moves", `${moves.length} moves, ${request.config.maxMoves} allowed`);
  if (plan.moves.length !== guests.filter((guest) => guest.before !== null && moved(guest)).length)
    fail("moves", "the list of moves differs");
  return findings;
}

const known = (guests: readonly Guest[]): string[] => guests.flatMap(({ before }) => (before === null ? [] : [before]));
const crowded = (list: readonly string[]): number => list.length - new Set(list).size;
const scattered = (list: readonly string[]): number => Math.max(0, new Set(list).size - 1);
const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

type Fail = (constraint: string, text: string) => void;

/** Every VM that is, or will be, on a host of the cluster. */
function guestsOf(
  snapshot: Snapshot,
  request: PlanRequest,
  plan: Plan,
  hosts: ReadonlyMap<string, Host>,
  fail: Fail,
): Guest[] {
  const cluster = findCluster(snapshot, request.cluster);
  const planned = new Map(plan.virtualMachines.map((placed) => [placed.id ?? placed.vm, placed]));
  if (planned.size !== plan.virtualMachines.length) fail("plan", "a VM stands twice in the plan");
  const wishes = new Map(request.virtualMachines.map((vm) => [vm.name, vm]));
  const guests: Guest[] = [];
  const seen = new Set<string>();
  for (const vm of snapshot.virtualMachines) {
    const here = vm.host === null ? vm.cluster === cluster.id : hosts.has(vm.host);
    if (!here) continue;
    const placed = planned.get(vm.id);
    const wish = wishes.get(vm.name) ?? null;
    seen.add(vm.name);
    if (wish && !placed) fail("plan", `${vm.name} was asked for and isn't in the plan`);
    const after = placed?.hostId ?? vm.host;
    if (after !== null) guests.push({ name: vm.name, vm, wish, before: vm.host, after });
  }
  for (const wish of wishes.values()) {
    if (seen.has(wish.name)) continue;
    const placed = planned.get(wish.name);
    if (!placed) fail("plan", `${wish.name} was asked for and isn't in the plan`);
    else guests.push({ name: wish.name, vm: null, wish, before: null, after: placed.hostId });
  }
  for (const promise of request.reservations) {
    if (seen.has(promise.virtualMachine) || !hosts.has(promise.host)) continue;
    const size = { vcpus: promise.vcpus, memoryMb: promise.memoryMb, cpuReservationMhz: 0, memoryReservationMb: 0 };
    const wish = {
      ...size,
      name: promise.virtualMachine,
      networks: [],
      avoidHosts: [],
      requireHostTags: [],
      tags: [],
      devices: [],
    };
    guests.push({
      name: promise.virtualMachine,
      vm: null,
      wish: { ...wish, diskMb: 0, criticality: "normal" },
      before: promise.host,
      after: promise.host,
    });
  }
  return guests;
}

/** What a VM that comes to a host must find there. */
function checkArrival(
  snapshot: Snapshot,
  { name, vm, wish }: Guest,
  host: Host,
  cluster: ReturnType<typeof findCluster>,
  fail: Fail,
): void {
  const say = (constraint: string) => fail(constraint, `${name} on ${host.name}`);
  if (host.connection !== "connected" || host.power !== "poweredOn" || host.maintenance || host.quarantine)
    say("host-state");
  const vcpus = wish?.vcpus ?? vm?.vcpus ?? 0;
  if (host.threads !== null && vcpus > host.threads) say("host-size");
  if (vm?.host && (vm.devices.length > 0 || vm.faultTolerant || vm.template || vm.power === "suspended")) say("pinned");
  if (vm?.host && (vm.drsAutomation === "disabled" || vm.managedBy !== undefined)) say("pinned");
  const required = wish?.requiredCpuGeneration ?? vm?.requiredCpuGeneration ?? null;
  if (evcCompatible(required, cluster.evcMode ?? host.cpuGeneration) === false) say("evc");
  const anyStore = snapshot.hosts.some((item) => item.cluster === cluster.id && item.datastores.length > 0);
  const stores = [...(vm?.disks ?? []).map((disk) => disk.datastore)];
  if (wish?.datastore) {
    const asked = snapshot.datastores.find((item) => item.id === wish.datastore || item.name === wish.datastore);
    if (asked) stores.push(asked.id);
  }
  if (anyStore && stores.some((store) => !host.datastores.includes(store))) say("datastore-reachability");
  const anyNetwork = snapshot.hosts.some((item) => item.cluster === cluster.id && item.networks.length > 0);
  const reaches = (asked: string) =>
    host.networks.includes(asked) ||
    snapshot.networks.some((item) => item.name === asked && host.networks.includes(item.id));
  if (anyNetwork && [...(vm?.networks ?? []), ...(wish?.networks ?? [])].some((network) => !reaches(network))) {
    say("network-reachability");
  }
  const named = (list: readonly string[]) => list.includes(host.name) || list.includes(host.id);
  if (wish?.hosts && !named(wish.hosts)) say("allowed-hosts");
  if (wish && named(wish.avoidHosts)) say("avoided-hosts");
  for (const tag of wish?.requireHostTags ?? []) {
    if (!host.tags.some((has) => has.category === tag.category && has.name === tag.name)) say("required-host-tags");
  }
  const { enabled, admissionControl } = cluster.ha;
  if (enabled && admissionControl.policy === "dedicatedHosts" && admissionControl.hosts.includes(host.id)) say("ha");
}

/** Sums on one host, against its limits; where a limit is broken before, the plan may not add to it. */
function checkHost(request: PlanRequest, host: Host, guests: readonly Guest[], fail: Fail): void {
  const { config } = request;
  const limit = (name: string, most: number | null, amount: (guest: Guest) => number) => {
    if (most === null) return;
    const after = sum(guests.filter((guest) => guest.after === host.id).map(amount));
    const before = sum(guests.filter((guest) => guest.before === host.id).map(amount));
    if (after > most && after > before) fail(name, `${host.name}: ${after} of ${most}`);
  };
  const scale = (value: number | null, ratio: number) => (value === null ? null : Math.floor(value * ratio));
  limit("cpu-overcommit", scale(host.cores, config.vcpusPerCore), ({ vm, wish }) => wish?.vcpus ?? vm?.vcpus ?? 0);
  limit("memory-overcommit", scale(host.memoryMb, config.memoryOvercommit), ({ vm, wish }) =>
    Math.ceil(wish?.memoryMb ?? vm?.memoryMb ?? 0),
  );
  limit("reservations", host.cpuMhz, ({ vm, wish }) =>
    Math.max(wish?.cpuReservationMhz ?? 0, vm?.cpuReservationMhz ?? 0),
  );
  limit("reservations", host.memoryMb, ({ vm, wish }) =>
    Math.max(wish?.memoryReservationMb ?? 0, vm?.memoryReservationMb ?? 0),
  );
  limit("max-vms-per-host", config.maxVmsPerHost, () => 1);
  for (const device of new Set(guests.flatMap(({ wish }) => wish?.devices.map((item) => item.device) ?? []))) {
    const there = host.devices.filter((item) => item.id === device || item.name === device).length;
    limit("device-capacity", there, ({ vm, wish }) => {
      const uses = (list: readonly { device: string }[] | undefined) =>
        list?.filter((item) => item.device === device).length ?? 0;
      return Math.max(uses(vm?.devices), uses(wish?.devices));
    });
  }
}

/** Only new VMs can break a sum over the cluster. */
function checkAdmission(
  snapshot: Snapshot,
  request: PlanRequest,
  guests: readonly Guest[],
  hosts: ReadonlyMap<string, Host>,
  fail: Fail,
): void {
  const { enabled, admissionControl: policy } = findCluster(snapshot, request.cluster).ha;
  if (!enabled || guests.every(({ before }) => before !== null)) return;
  const open = [...hosts.values()].filter(
    (host) => host.connection === "connected" && host.power === "poweredOn" && !host.maintenance && !host.quarantine,
  );
  const memory = (guest: Guest) => Math.ceil(guest.wish?.memoryMb ?? guest.vm?.memoryMb ?? 0);
  if (policy.policy === "hostFailures" && open.every((host) => host.memoryMb !== null)) {
    const sizes = open
      .map((host) => Math.floor(host.memoryMb! * request.config.memoryOvercommit))
      .sort((a, b) => a - b);
    const left = sum(sizes.slice(0, Math.max(0, sizes.length - policy.hosts)));
    if (sum(guests.map(memory)) > left)
      fail("ha", `${sum(guests.map(memory))} MB on what ${policy.hosts} failures leave`);
  }
  if (policy.policy === "percentage" && open.every((host) => host.memoryMb !== null)) {
    const reserved = sum(
      guests.map(({ vm, wish }) => Math.ceil(Math.max(wish?.memoryReservationMb ?? 0, vm?.memoryReservationMb ?? 0))),
    );
    const room = sum(open.map((host) => host.memoryMb!)) * (1 - policy.memoryPercent / 100);
    if (reserved > room) fail("ha", `${reserved} MB reserved of ${room}`);
  }
}

type Tags = readonly { category: string; name: string }[];
const carries = (tags: Tags, wanted: Tags[number] | undefined): boolean =>
  tags.some((tag) => tag.category === wanted?.category && tag.name === wanted.name);
const valuesOf = (tags: Tags, category: string): string[] =>
  tags.filter((tag) => tag.category === category).map((tag) => tag.name);
const labelsOf = ({ vm, wish }: Guest): Tags => [...(vm?.tags ?? []), ...(wish?.tags ?? [])];

/** What the request's rules say of the VMs in the plan, and, where they count or look at others, of all that are there. */
function checkRules(
  { rules }: PlanRequest,
  guests: readonly Guest[],
  inPlan: readonly Guest[],
  hosts: ReadonlyMap<string, Host>,
  fail: Fail,
): void {
  const meant = (rule: { virtualMachines: string[]; vmTag?: Tags[number] }, guest: Guest): boolean =>
    rule.virtualMachines.includes(guest.name) || carries(labelsOf(guest), rule.vmTag);
  const offered = (rule: { hosts: string[]; hostTag?: Tags[number] }, host: Host): boolean =>
    rule.hosts.includes(host.name) || rule.hosts.includes(host.id) || carries(host.tags, rule.hostTag);
  for (const rule of rules.hosts.filter(({ mandatory }) => mandatory)) {
    for (const guest of inPlan) {
      if (meant(rule, guest) && offered(rule, hosts.get(guest.after)!) !== (rule.kind === "on"))
        fail("host-rules", `${rule.name}: ${guest.name} on ${guest.after}`);
    }
  }
  for (const licence of rules.licences.filter(({ mandatory }) => mandatory)) {
    const restricted = licence.hosts.length > 0 || licence.hostTag !== undefined;
    for (const guest of inPlan) {
      if (restricted && meant(licence, guest) && !offered(licence, hosts.get(guest.after)!))
        fail("licence-hosts", `${licence.name}: ${guest.name} on ${guest.after}`);
    }
    const used = new Set(guests.filter((guest) => meant(licence, guest)).map(({ after }) => after));
    const fixed = guests.filter((guest) => meant(licence, guest) && !inPlan.includes(guest));
    const theirs = new Set(fixed.map(({ after }) => after)).size;
    if (used.size > Math.max(theirs, licence.maxHosts ?? Infinity))
      fail("licence-count", `${licence.name}: ${[...used].join(", ")}`);
  }
  for (const zone of rules.compliance.filter(({ mandatory }) => mandatory)) {
    for (const guest of inPlan) {
      const needs = valuesOf(labelsOf(guest), zone.tagCategory);
      const there = valuesOf(hosts.get(guest.after)!.tags, zone.tagCategory);
      if (needs.some((tag) => !there.includes(tag)) || (zone.exclusive && needs.length === 0 && there.length > 0))
        fail("compliance", `${zone.tagCategory}: ${guest.name} on ${guest.after}`);
    }
  }
  for (const rule of rules.dependencies.filter(({ mandatory }) => mandatory)) {
    const domain = ({ after }: Guest): string => {
      if (rule.over === "host") return after;
      const [only, ...more] = valuesOf(hosts.get(after)!.tags, rule.over.tagCategory);
      return more.length > 0 ? "" : (only ?? "");
    };
    const served = new Set(guests.filter(({ name }) => rule.on.includes(name)).map(domain));
    for (const guest of guests.filter(({ name }) => rule.virtualMachines.includes(name))) {
      // A VM out of scope that was without before may go on so.
      const before = guests.filter((other) => rule.on.includes(other.name) && other.before !== null);
      const wasServed = before.some((other) => domain({ ...other, after: other.before! }) === domain(guest));
      if (!inPlan.includes(guest) && !wasServed) continue;
      if (domain(guest) === "" || !served.has(domain(guest))) fail("dependencies", `${rule.name}: ${guest.name}`);
    }
  }
}
