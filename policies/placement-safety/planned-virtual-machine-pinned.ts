import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT } from "../placement";
import { UNKNOWN } from "../unknown";
import { readVirtualMachine, VIRTUAL_MACHINE } from "../vsphere";
import { plannedHosts } from "./planned-hosts";

/** Advice, not a rule: a stack may rely on DRS rules alone and use the plan for its figures. */
export const plannedVirtualMachinePinned = definePolicy({
  name: "planned-virtual-machine-pinned",
  displayName: "Planned virtual machines take their host from the plan",
  description: "A VirtualMachine that a Placement of the stack plans should say hostSystemId.",
  group: "placement-safety",
  enforcementLevel: "advisory",
  severity: "low",
  rationale: "Without hostSystemId vCenter chooses the host, and the plan is only a suggestion that nobody follows.",
  remediation: "set hostSystemId from the Placement's output, or disable this policy where DRS is to choose.",
  url: "https://www.pulumi.com/registry/packages/vsphere/api-docs/virtualmachine/",
  config: z.strictObject({}),
  appliesTo: [PLACEMENT],
  inputsOf: [VIRTUAL_MACHINE],
  checkStack(resources, { report, inputs }) {
    const planned = plannedHosts(resources);
    for (const resource of resources) {
      const given = resource.type === VIRTUAL_MACHINE && inputs(resource.urn);
      if (!given) continue;
      const vm = readVirtualMachine(resource, given);
      if (vm.name === UNKNOWN || vm.name === undefined || vm.pinnedTo !== undefined) continue;
      const hosts = planned.get(vm.name);
      if (hosts === undefined) continue;
      const names = hosts.map((host) => host.host).join(" or ");
      report(`Virtual machine ${vm.name} says no host; the plan gives it ${names}.`, vm.urn);
    }
  },
});
