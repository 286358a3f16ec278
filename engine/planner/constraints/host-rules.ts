import { hostRuleSchema } from "../rules";
import { maskForm } from "./checks/mask";
import type { ActiveConstraint, Constraint } from "./constraint";
import { describeHosts, selectsHost, selectsVm } from "./selection";
import { deniedWhere } from "./tables";

export const hostRules: Constraint = {
  name: "host-rules",
  title: "Host rules of the request",
  description:
    "VMs that a request names, or that carry a tag, run on the hosts of a rule (`on`) or keep off them (`off`); the " +
    "rule binds, or is preferred with a weight.",
  reads: { request: ["rules.hosts"], inventory: ["tags of hosts and VMs"] },
  schema: hostRuleSchema,
  compile: (model) =>
    [...model.request.rules.hosts]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((rule): ActiveConstraint[] => {
        const on = rule.kind === "on";
        const denied = deniedWhere(model, (vm, host) => selectsVm(rule, vm) && selectsHost(rule, host) !== on);
        if (!denied) return [];
        const where = describeHosts(rule);
        const verb = `${rule.mandatory ? "must" : "should"}${on ? "" : " not"}`;
        return [
          {
            constraint: "host-rules",
            name: `host rule "${rule.name}"`,
            origin: "request",
            hard: rule.mandatory,
            weight: rule.weight,
            form: maskForm(denied),
            because: (vm) => `${vm?.name ?? "its VMs"} ${verb} run on ${where} (host rule "${rule.name}")`,
            only: () => `${on ? "that" : "outside those that"} the host rule "${rule.name}" names`,
          },
        ];
      }),
};
