import { flag, kindOf, list, number, type Parameter, Reference, reference, text, type Tree } from "./values";

export interface VmRule {
  readonly name: string;
  readonly kind: "vmAffinity" | "vmAntiAffinity";
  /** Ids of the VMs, two or more. */
  readonly virtualMachines: readonly string[];
  readonly enabled?: boolean;
  readonly mandatory?: boolean;
}

/** A rule between VMs as the cluster has it. */
export interface FoundRule extends Required<VmRule> {
  /** vCenter's own, unique within the cluster while the rule is there; given to others afterwards. */
  readonly key: number;
}

const RULE_KINDS: Readonly<Record<string, VmRule["kind"]>> = {
  ClusterAffinityRuleSpec: "vmAffinity",
  ClusterAntiAffinityRuleSpec: "vmAntiAffinity",
};

/** The rules between VMs of a ClusterConfigInfoEx; those of other kinds are left out. */
export function rulesIn(configuration: Tree): FoundRule[] {
  return list(configuration, "rule").flatMap((rule) => {
    const kind = RULE_KINDS[kindOf(rule) ?? ""];
    const key = number(rule, "key");
    const name = text(rule, "name");
    if (kind === undefined || key === null || !name) return [];
    return [
      {
        key,
        name,
        kind,
        virtualMachines: list(rule, "vm").flatMap((vm) => reference(vm)?.id ?? []),
        enabled: flag(rule, "enabled") ?? true,
        mandatory: flag(rule, "mandatory") ?? false,
      },
    ];
  });
}

/** The order of the elements is the schema's. */
export const ruleSpec = (rule: VmRule, key?: number): Parameter => ({
  _typeName: rule.kind === "vmAffinity" ? "ClusterAffinityRuleSpec" : "ClusterAntiAffinityRuleSpec",
  key,
  enabled: rule.enabled ?? true,
  name: rule.name,
  mandatory: rule.mandatory ?? false,
  userCreated: true,
  vm: rule.virtualMachines.map((id) => new Reference("VirtualMachine", id)),
});
