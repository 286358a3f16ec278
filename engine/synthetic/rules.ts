import type { Group, Rule } from "../snapshot/schema";
import type { HostHardware } from "./hardware";
import type { Application, Machine } from "./machines";

export interface ClusterRules {
  readonly rules: Rule[];
  readonly vmGroups: Group[];
  readonly hostGroups: Group[];
  /** Machines that a mandatory rule keeps on one host, by one of them. */
  readonly together: ReadonlyMap<Machine, Machine>;
  /** Machines that a mandatory rule keeps apart from each. */
  readonly apart: ReadonlyMap<Machine, readonly Machine[]>;
  /** Machines that a mandatory rule binds to the licensed hosts. */
  readonly licensed: ReadonlySet<Machine>;
}

export const LICENSED_VMS = "licensed databases";
export const LICENSED_HOSTS = "licensed hosts";

/**
 * What an operator would have set: replicas of a database on different hosts (must), web servers too (should), a cache
 * beside an application server (must), and every third application's databases on the licensed hosts (must).
 */
export function makeRules(machines: readonly Machine[], hosts: readonly HostHardware[]): ClusterRules {
  const byApplication = new Map<Application, Machine[]>();
  for (const machine of machines) {
    const members = byApplication.get(machine.application);
    if (members) members.push(machine);
    else byApplication.set(machine.application, [machine]);
  }
  const rules: Rule[] = [];
  const together = new Map<Machine, Machine>();
  const apart = new Map<Machine, readonly Machine[]>();
  const licensed = new Set<Machine>();
  const usable = hosts.filter((host) => !host.maintenance);
  const licensedHosts = usable.filter((host) => host.licensed);
  const add = (kind: "vmAffinity" | "vmAntiAffinity", name: string, mandatory: boolean, members: readonly Machine[]) =>
    rules.push({
      kind,
      key: rules.length + 1,
      name,
      enabled: true,
      mandatory,
      virtualMachines: members.map((m) => m.id),
    });

  for (const [application, members] of byApplication) {
    const running = (tier: string) => members.filter((m) => m.tier.name === tier && m.power === "poweredOn");
    const databases = running("db").slice(0, Math.min(3, licensedHosts.length - 1));
    if (databases.length > 1) {
      add("vmAntiAffinity", `${application.name} database replicas apart`, true, databases);
      for (const machine of databases)
        apart.set(
          machine,
          databases.filter((other) => other !== machine),
        );
    }
    if (application.index % 3 === 0) for (const machine of running("db")) licensed.add(machine);
    const webs = running("web").slice(0, Math.max(0, usable.length - 1));
    if (webs.length > 1) add("vmAntiAffinity", `${application.name} web servers apart`, false, webs);
    const [cache] = running("cache");
    const [server] = running("app");
    if (application.index % 2 === 0 && cache && server) {
      add("vmAffinity", `${application.name} cache beside its server`, true, [server, cache]);
      together.set(cache, server);
    }
  }
  if (licensed.size > 0) {
    const bound = { vmGroup: LICENSED_VMS, hostGroup: LICENSED_HOSTS };
    const name = "licensed databases on licensed hosts";
    rules.push({ kind: "vmHostAffinity", key: rules.length + 1, name, enabled: true, mandatory: true, ...bound });
  }
  return {
    rules,
    vmGroups: licensed.size ? [{ name: LICENSED_VMS, members: [...licensed].map(({ id }) => id) }] : [],
    hostGroups: licensed.size
      ? [{ name: LICENSED_HOSTS, members: hosts.filter((host) => host.licensed).map(({ id }) => id) }]
      : [],
    together,
    apart,
    licensed,
  };
}
