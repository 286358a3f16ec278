import { z } from "zod";
import type { PolicyResource } from "@pulumi/policy";
import { definePolicy } from "../define";
import { Machines } from "../machines";
import { PLACEMENT, readPlacement } from "../placement";
import { known, orUndefined, read } from "../read";
import { PAGES } from "../references";
import { readStickiness, STICKINESS } from "../stickiness";
import { AFFINITY_RULE, ANTI_AFFINITY_RULE, HOST_RULE } from "../vsphere";

const config = z.strictObject({
  includePreferred: z.boolean().default(false).describe("Compare rules and groups that are not mandatory as well"),
});

interface Rule {
  readonly label: string;
  readonly urn: string;
  readonly together: boolean;
  readonly keys: readonly string[];
}

/** Rules that can't all be kept, whether they are DRS rules, groups of placements or temporary ones. */
export const rulesAgree = definePolicy({
  name: "rules-agree",
  displayName: "Rules don't contradict each other",
  description: "No two VMs may have to be together and apart, and no VM group be bound to hosts and kept from them.",
  group: "placement-safety",
  enforcementLevel: "mandatory",
  severity: "high",
  rationale:
    "vCenter disables the younger of two rules that conflict, or keeps both and refuses to power on and to migrate: " +
    "which VMs stay down is then found out during a failure.",
  remediation: "remove one of the rules named, or make one a preference (mandatory: false).",
  url: PAGES.resourceManagement,
  config,
  appliesTo: [ANTI_AFFINITY_RULE, AFFINITY_RULE, HOST_RULE, PLACEMENT, STICKINESS],
  inputsOf: [ANTI_AFFINITY_RULE, AFFINITY_RULE],
  checkStack(resources, { config, report, inputs }) {
    const machines = new Machines(resources);
    const rules = resources.flatMap((each) => rulesOf(each, machines, config.includePreferred, inputs(each.urn)));
    // What must be together is one: joined, so that a conflict over three rules is seen as well.
    const joined = new Map<string, string>();
    const root = (key: string): string => {
      let at = key;
      while (joined.get(at) !== undefined && joined.get(at) !== at) at = joined.get(at)!;
      if (at !== key) joined.set(key, at);
      return at;
    };
    for (const { keys } of rules.filter(({ together }) => together)) {
      for (const key of keys) joined.set(root(key), root(keys[0]));
    }
    for (const rule of rules.filter(({ together }) => !together)) {
      const seen = new Map<string, string>();
      for (const key of rule.keys) {
        const other = seen.get(root(key));
        seen.set(root(key), key);
        if (other === undefined) continue;
        const binding = rules.filter(({ together, keys }) => together && root(keys[0]) === root(key));
        const names = binding.map(({ label }) => label).join(", ");
        report(
          `${rule.label} keeps ${machines.label(other)} and ${machines.label(key)} apart; ${names} keeps them together.`,
          rule.urn,
        );
      }
    }
    for (const [text, urn] of hostRuleConflicts(resources, config.includePreferred)) report(text, urn);
  },
});

const flag = (fallback: boolean) => z.boolean().default(fallback);
const text = z.string().optional();

function rulesOf(resource: PolicyResource, machines: Machines, preferred: boolean, inputs?: object): Rule[] {
  const { type, urn, name } = resource;
  const counts = (mandatory: unknown) => mandatory === true || (preferred && mandatory === false);
  if (type === PLACEMENT) {
    return known(readPlacement(resource).groups)
      .filter(({ kind, mandatory, over }) => kind !== "spread" && over === "host" && counts(mandatory))
      .map(({ name: group, kind, members }) => ({
        label: `group ${group} of Placement ${name}`,
        urn,
        together: kind === "together",
        keys: [...new Set(members.map((member) => machines.key(member)))],
      }));
  }
  if (type === STICKINESS) {
    const { keep, virtualMachines, mandatory } = readStickiness(resource);
    const members = orUndefined(virtualMachines);
    if (!members || !counts(mandatory) || typeof keep === "symbol") return [];
    const keys = [...new Set(members.map((member) => machines.key(member)))];
    return [{ label: `Stickiness ${name}`, urn, together: keep === "together", keys }];
  }
  if (type !== AFFINITY_RULE && type !== ANTI_AFFINITY_RULE) return [];
  if (read(resource, "enabled", flag(true)) !== true || !counts(read(resource, "mandatory", flag(false)))) return [];
  const keys = [...machines.members(resource, "virtualMachineIds", inputs).keys];
  return keys.length < 2 ? [] : [{ label: `rule ${name}`, urn, together: type === AFFINITY_RULE, keys }];
}

/** A VM group that must run on a host group and must not. */
function hostRuleConflicts(resources: readonly PolicyResource[], preferred: boolean): [text: string, urn: string][] {
  const rules = resources
    .filter((each) => each.type === HOST_RULE && read(each, "enabled", flag(true)) === true)
    .filter((each) => preferred || read(each, "mandatory", flag(false)) === true)
    .map((each) => ({
      name: each.name,
      urn: each.urn,
      cluster:
        orUndefined(read(each, "computeClusterId", text)) ?? each.propertyDependencies.computeClusterId?.[0]?.urn,
      vms: orUndefined(read(each, "vmGroupName", text)),
      on: orUndefined(read(each, "affinityHostGroupName", text)),
      off: orUndefined(read(each, "antiAffinityHostGroupName", text)),
    }));
  return rules.flatMap((rule) => {
    const against = rule.on
      ? rules.filter(({ cluster, vms, off }) => cluster === rule.cluster && vms === rule.vms && off === rule.on)
      : [];
    return against.map((other): [string, string] => [
      `Rule ${rule.name} binds VM group ${rule.vms} to host group ${rule.on}; rule ${other.name} keeps it from there.`,
      rule.urn,
    ]);
  });
}
