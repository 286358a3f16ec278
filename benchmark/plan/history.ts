import type { HostEvent } from "../../engine/models/failure";
import type { FlowRecord } from "../../engine/models/training";
import { createRandom } from "../../engine/random";
import type { Snapshot, VirtualMachine } from "../../engine/snapshot";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Two years of troubles: what the models of failures ask for, several times over. */
const DAYS = 730;
/** Every sixth host is one that fails often, as in published logs, where few hosts have most of the failures. */
const LEMONS = 6;
const DAILY = { lemon: 0.06, sound: 0.004, rack: 0.002 };
/** Of the other hosts of a rack whose power or switch failed. */
const TAKEN_ALONG = 0.7;

/** Failures of the cluster's hosts, some of them many times over, and racks that fail within the hour. */
export function hostEvents({ hosts }: Snapshot, seed: number, until: number): HostEvent[] {
  const random = createRandom(seed, "bench host events");
  const racks = new Map<string, string[]>();
  for (const { id, tags } of hosts) {
    const rack = tags.find(({ category }) => category === "rack")?.name ?? "none";
    racks.set(rack, [...(racks.get(rack) ?? []), id]);
  }
  const events: HostEvent[] = [];
  const fail = (host: string, at: number) =>
    events.push({ host, kind: "failure", at: Math.min(at, until - 1), until: null, cause: "hardware" });
  for (let day = DAYS; day > 0; day--) {
    const at = () => until - day * DAY + Math.floor(random.uniform() * DAY);
    hosts.forEach(({ id }, h) => {
      if (random.uniform() < (h % LEMONS === 0 ? DAILY.lemon : DAILY.sound)) fail(id, at());
    });
    for (const members of racks.values()) {
      if (random.uniform() >= DAILY.rack) continue;
      const first = at();
      for (const id of members)
        if (random.uniform() < TAKEN_ALONG) fail(id, first + Math.floor(random.uniform() * HOUR));
    }
  }
  return events.sort((a, b) => a.at - b.at || (a.host < b.host ? -1 : 1));
}

/** Who asks whom in an application of tiers. */
const ASKS: readonly (readonly [from: string, to: string])[] = [
  ["web", "app"],
  ["app", "db"],
  ["app", "cache"],
  ["batch", "db"],
];
const SERVERS = 3;

/** One interval of flows: every VM of a tier asks a few of the tier behind it, in its own application. */
export function flows({ virtualMachines }: Snapshot, seed: number, at: number): FlowRecord[] {
  const random = createRandom(seed, "bench flows");
  const tagOf = ({ tags }: VirtualMachine, category: string) => tags.find((tag) => tag.category === category)?.name;
  const members = new Map<string, VirtualMachine[]>();
  const keyOf = (application: string | undefined, tier: string | undefined) => `${application}/${tier}`;
  for (const vm of virtualMachines) {
    const key = keyOf(tagOf(vm, "application"), tagOf(vm, "tier"));
    members.set(key, [...(members.get(key) ?? []), vm]);
  }
  const seconds = 900;
  return virtualMachines.flatMap((vm) =>
    ASKS.filter(([from]) => from === tagOf(vm, "tier")).flatMap(([, to]) =>
      random
        .shuffle(members.get(keyOf(tagOf(vm, "application"), to)) ?? [])
        .slice(0, SERVERS)
        .map((server) => ({ from: vm.id, to: server.id, kilobytes: random.logNormal(400, 1) * seconds, seconds, at })),
    ),
  );
}
