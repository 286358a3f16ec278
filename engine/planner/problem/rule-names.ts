import type { Host, Snapshot } from "../../snapshot";
import type { PlanRequest } from "../request";

interface Tagged {
  readonly category: string;
  readonly name: string;
}

/** What a rule's names and tags are held against. */
export interface KnownNames {
  /** Whether the request, the cluster or a promise has a VM of that name. */
  hasVm(name: string): boolean;
  readonly hosts: readonly Host[];
  /** The hosts' names and ids. */
  hasHost(name: string): boolean;
  /** Such as `cluster "prod"`. */
  readonly where: string;
  refuse(path: string, message: string): void;
}

/** Every unknown VM, host, tag and group in the request's rules, relations and wishes to have VMs explained. */
export function checkRuleNames(request: PlanRequest, snapshot: Snapshot, known: KnownNames): void {
  const { hasVm, hosts, where, refuse } = known;
  const vms = (path: string, list: readonly string[], also: (name: string) => boolean = () => false): void =>
    list.forEach((name, i) => {
      if (!hasVm(name) && !also(name)) refuse(`${path}[${i}]`, `neither the request nor ${where} has a VM "${name}"`);
    });
  const hostNames = (path: string, list: readonly string[]): void =>
    list.forEach((name, i) => {
      if (!known.hasHost(name)) refuse(`${path}[${i}]`, `${where} has no host "${name}"`);
    });
  const hostTag = (path: string, tag: Tagged | undefined): void => {
    if (tag && !hosts.some((host) => host.tags.some((has) => has.category === tag.category && has.name === tag.name)))
      refuse(path, `no host of ${where} carries the tag ${tag.category}=${tag.name}`);
  };
  const hostCategory = (path: string, category: string): void => {
    if (!hosts.some((host) => host.tags.some((tag) => tag.category === category)))
      refuse(path, `no host of ${where} carries a tag of the category "${category}"`);
  };
  const named = (path: string, list: readonly { name: string }[], what: string): void => {
    list.forEach(({ name }, i) => {
      if (list.findIndex((other) => other.name === name) !== i)
        refuse(`${path}[${i}].name`, `the ${what} "${name}" is given twice`);
    });
  };

  const { rules, relations } = request;
  named("rules.hosts", rules.hosts, "host rule");
  named("rules.licences", rules.licences, "licence");
  named("rules.dependencies", rules.dependencies, "dependency");
  for (const key of ["hosts", "licences"] as const) {
    rules[key].forEach((rule, i) => {
      const path = `rules.${key}[${i}]`;
      vms(`${path}.virtualMachines`, rule.virtualMachines);
      hostNames(`${path}.hosts`, rule.hosts);
      hostTag(`${path}.hostTag`, rule.hostTag);
    });
  }
  rules.compliance.forEach((rule, i) => hostCategory(`rules.compliance[${i}].tagCategory`, rule.tagCategory));
  rules.dependencies.forEach((rule, i) => {
    const path = `rules.dependencies[${i}]`;
    vms(`${path}.virtualMachines`, rule.virtualMachines);
    vms(`${path}.on`, rule.on);
    if (rule.over !== "host") hostCategory(`${path}.over.tagCategory`, rule.over.tagCategory);
  });
  relations.affinities.forEach((pair, i) => vms(`relations.affinities[${i}].virtualMachines`, pair.virtualMachines));
  const groups = new Set(request.groups.map(({ name }) => name));
  relations.traffic.forEach((pair, i) =>
    vms(`relations.traffic[${i}].between`, pair.between, (name) => groups.has(name)),
  );
  const ids = new Set(snapshot.virtualMachines.map(({ id }) => id));
  vms("explain", request.explain, (name) => ids.has(name));
  if (request.config.zoneCategory !== undefined) hostCategory("config.zoneCategory", request.config.zoneCategory);
}
