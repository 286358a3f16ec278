import { z } from "zod";
import { definePolicy } from "../define";
import { drsOf, drsOverrides } from "../drs";
import { Machines } from "../machines";
import { PAGES, NIST } from "../references";
import { plannedHosts } from "../placement-safety/planned-hosts";
import { UNKNOWN } from "../unknown";
import { readVirtualMachine, VIRTUAL_MACHINE } from "../vsphere";

/** Two masters: DRS moves the VM for load, the next update moves it back. */
export const hostPinnedAgainstDrs = definePolicy({
  name: "host-pinned-against-drs",
  displayName: "Hosts aren't pinned against DRS",
  description: "A VM that no Placement plans should not say hostSystemId where DRS moves it by itself.",
  group: "declarations",
  enforcementLevel: "advisory",
  severity: "medium",
  rationale: "DRS moves the VM for load and every update moves it back to the host that was once written down.",
  remediation:
    "leave hostSystemId out, take it from a Placement, add ignoreChanges on hostSystemId, or turn DRS off for the VM " +
    "with a DrsVmOverride.",
  url: PAGES.drsOverride,
  references: [NIST.configurationSettings],
  config: z.strictObject({}),
  appliesTo: [VIRTUAL_MACHINE],
  inputsOf: [VIRTUAL_MACHINE],
  checkStack(resources, { report, inputs }) {
    const planned = plannedHosts(resources);
    const overrides = drsOverrides(resources, new Machines(resources));
    for (const resource of resources) {
      const given = resource.type === VIRTUAL_MACHINE && inputs(resource.urn);
      if (!given) continue;
      const vm = readVirtualMachine(resource, given);
      // An unknown host is one that the program chooses, whichever it turns out to be.
      if (vm.pinnedTo === undefined || vm.hostChangesIgnored || vm.name === UNKNOWN) continue;
      if (planned.has(vm.name ?? resource.name)) continue;
      const drs = drsOf(resource, resources, overrides);
      if (drs?.level !== "fullyAutomated") continue;
      const host = vm.pinnedTo === UNKNOWN ? "a host" : vm.pinnedTo;
      report(
        `Virtual machine ${vm.name ?? resource.name} is pinned to ${host}; ${drs.resource.name} lets DRS move it.`,
        vm.urn,
      );
    }
  },
});
