import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT } from "../placement";
import { UNKNOWN } from "../unknown";
import { readVirtualMachine, VIRTUAL_MACHINE } from "../vsphere";
import { plannedHosts } from "./planned-hosts";

const config = z.strictObject({
  checkIgnoredChanges: z
    .boolean()
    .default(false)
    .describe("Check virtual machines with ignoreChanges on hostSystemId as well, which DRS may have moved since"),
});

/** A VM that the program pins elsewhere takes room that the plan gave to others. */
export const virtualMachineOnPlannedHost = definePolicy({
  name: "virtual-machine-on-planned-host",
  displayName: "Virtual machines are pinned to their planned hosts",
  description: "A VirtualMachine with a hostSystemId must be on the host that the stack's Placement gives it.",
  group: "placement-safety",
  enforcementLevel: "mandatory",
  severity: "high",
  rationale:
    "A plan weighs all its virtual machines together: one that is pinned elsewhere breaks the headroom, the risk and " +
    "the anti-affinity that the plan promises for the others.",
  remediation:
    "take hostSystemId from the Placement's output, or leave the virtual machine out of the Placement if a person " +
    "chose its host.",
  url: "https://www.pulumi.com/registry/packages/vsphere/api-docs/virtualmachine/",
  config,
  appliesTo: [PLACEMENT],
  inputsOf: [VIRTUAL_MACHINE],
  checkStack(resources, { config, report, inputs }) {
    const planned = plannedHosts(resources);
    for (const resource of resources) {
      const given = resource.type === VIRTUAL_MACHINE && inputs(resource.urn);
      if (!given) continue;
      const vm = readVirtualMachine(resource, given);
      if (vm.name === UNKNOWN || vm.name === undefined) continue;
      if (vm.pinnedTo === UNKNOWN || vm.pinnedTo === undefined) continue;
      if (vm.hostChangesIgnored && !config.checkIgnoredChanges) continue;
      const hosts = planned.get(vm.name);
      if (hosts === undefined || hosts.some((host) => host.hostId === vm.pinnedTo)) continue;
      const names = hosts.map((host) => `${host.host} (${host.hostId})`).join(" or ");
      report(`Virtual machine ${vm.name} is pinned to ${vm.pinnedTo}; the plan gives it ${names}.`, vm.urn);
    }
  },
});
