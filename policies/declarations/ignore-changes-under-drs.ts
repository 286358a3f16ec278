import { z } from "zod";
import { definePolicy } from "../define";
import { drsOf, drsOverrides } from "../drs";
import { Machines } from "../machines";
import { plannedHosts } from "../placement-safety/planned-hosts";
import { PLACEMENT } from "../placement";
import { NIST, PAGES } from "../references";
import { UNKNOWN } from "../unknown";
import { readVirtualMachine, VIRTUAL_MACHINE } from "../vsphere";

const config = z.strictObject({
  assumeAutomated: z
    .boolean()
    .default(false)
    .describe("Take DRS as fully automated where the stack doesn't manage the VM's cluster"),
});

/** Either the plan moves a planned VM, or DRS does: the program says which. */
export const ignoreChangesUnderDrs = definePolicy({
  name: "ignore-changes-under-drs",
  displayName: "Planned machines under DRS ignore changes of their host",
  description: "A planned VM that DRS moves by itself must have ignoreChanges on hostSystemId, or DRS off for it.",
  group: "declarations",
  enforcementLevel: "advisory",
  severity: "medium",
  rationale:
    "Without ignoreChanges each update moves the VM back to its planned host; DRS then moves it away again, and each " +
    "of them is right by what it knows.",
  remediation:
    'add ignoreChanges: ["hostSystemId"] where DRS is to have the last word; where the plan is, a DrsVmOverride with ' +
    "drsEnabled: false.",
  url: PAGES.drsOverride,
  references: [NIST.configurationSettings],
  config,
  appliesTo: [PLACEMENT],
  inputsOf: [VIRTUAL_MACHINE],
  checkStack(resources, { config, report, inputs }) {
    const planned = plannedHosts(resources);
    const overrides = drsOverrides(resources, new Machines(resources));
    for (const resource of resources) {
      const given = resource.type === VIRTUAL_MACHINE && inputs(resource.urn);
      if (!given) continue;
      const vm = readVirtualMachine(resource, given);
      if (vm.pinnedTo === undefined || vm.hostChangesIgnored || vm.name === UNKNOWN) continue;
      const name = vm.name ?? resource.name;
      if (!planned.has(name)) continue;
      const drs = drsOf(resource, resources, overrides);
      const automated = drs === undefined ? config.assumeAutomated : drs.level === "fullyAutomated";
      if (automated) report(`Virtual machine ${name} follows its plan, and DRS moves it by itself.`, vm.urn);
    }
  },
});
