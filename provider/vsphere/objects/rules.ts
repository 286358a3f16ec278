import type { Group, Rule } from "../../../engine/snapshot";
import type { ManagedObject } from "../properties";
import { flag, kindOf, list, number, reference, text, type Tree } from "../values";
import { keepKnown, nameOf, type ReadContext } from "./context";

/** The DRS rules of a cluster. One that names a group which no longer is has no effect in vCenter, and is remarked on. */
export function readRules(
  context: ReadContext,
  object: ManagedObject,
  vmGroups: readonly Group[],
  hostGroups: readonly Group[],
): Rule[] {
  const groups = { vm: new Set(vmGroups.map((g) => g.name)), host: new Set(hostGroups.map((g) => g.name)) };
  return list(object.properties.configurationEx, "rule")
    .flatMap((tree) => {
      const found = readRule(context, object, tree);
      const usable = found.filter((rule) => {
        if (rule.kind === "vmAffinity" || rule.kind === "vmAntiAffinity") return true;
        const other =
          rule.kind === "vmDependency" ? groups.vm.has(rule.dependsOnVmGroup) : groups.host.has(rule.hostGroup);
        return other && groups.vm.has(rule.vmGroup);
      });
      if (usable.length === 0 || usable.length < found.length) {
        const rule = text(tree, "name") ?? kindOf(tree) ?? "unnamed";
        context.notes.add(
          "cluster",
          nameOf(object),
          `the DRS rule "${rule}" names no group that exists, or is of an unknown kind`,
        );
      }
      return usable;
    })
    .sort((a, b) => a.key - b.key);
}

function readRule(context: ReadContext, object: ManagedObject, tree: Tree): Rule[] {
  const key = number(tree, "key");
  const name = text(tree, "name");
  if (key === null || !name) return [];
  const base = { key, name, enabled: flag(tree, "enabled") ?? true, mandatory: flag(tree, "mandatory") ?? false };
  const machines = () =>
    keepKnown(
      context,
      object,
      list(tree, "vm").flatMap((vm) => reference(vm)?.id ?? []),
      "vm",
    );
  const vmGroup = text(tree, "vmGroupName") ?? "";
  switch (kindOf(tree)) {
    case "ClusterAffinityRuleSpec":
      return [{ kind: "vmAffinity", ...base, virtualMachines: machines() }];
    case "ClusterAntiAffinityRuleSpec":
      return [{ kind: "vmAntiAffinity", ...base, virtualMachines: machines() }];
    case "ClusterVmHostRuleInfo": {
      const rules: Rule[] = [];
      const affine = text(tree, "affineHostGroupName");
      const antiAffine = text(tree, "antiAffineHostGroupName");
      if (affine) rules.push({ kind: "vmHostAffinity", ...base, vmGroup, hostGroup: affine });
      if (antiAffine) rules.push({ kind: "vmHostAntiAffinity", ...base, vmGroup, hostGroup: antiAffine });
      return rules;
    }
    case "ClusterDependencyRuleInfo": {
      const dependsOn = text(tree, "dependsOnVmGroup") ?? "";
      return [{ kind: "vmDependency", ...base, vmGroup: text(tree, "vmGroup") ?? "", dependsOnVmGroup: dependsOn }];
    }
    default:
      return [];
  }
}
