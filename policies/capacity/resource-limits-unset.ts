import { z } from "zod";
import { definePolicy } from "../define";
import { orUndefined, read } from "../read";
import { NIST, PAGES } from "../references";
import { VIRTUAL_MACHINE } from "../vsphere";

const config = z.strictObject({
  exempt: z.array(z.string()).default([]).describe("Names of VMs that are limited on purpose"),
});
const LIMITS = [
  ["cpuLimit", "MHz"],
  ["memoryLimit", "MB"],
] as const;

/** A limit makes a VM wait on an idle host, and its demand look small. */
export const resourceLimitsUnset = definePolicy({
  name: "resource-limits-unset",
  displayName: "Virtual machines have no limits",
  description: "A VM should not have a CPU or memory limit.",
  group: "capacity",
  enforcementLevel: "advisory",
  severity: "medium",
  rationale:
    "A limited VM waits, or swaps, on a host that has room; the wait counts as contention, so plans move it, and it " +
    "waits there as well.",
  remediation: "set cpuLimit and memoryLimit to -1, and make the VM smaller if it is to use less.",
  url: PAGES.resourceManagement,
  references: [NIST.resourceAvailability],
  config,
  appliesTo: [VIRTUAL_MACHINE],
  checkResource(resource, { config, report }) {
    const name = nameOf(resource);
    if (config.exempt.includes(name)) return;
    for (const [key, unit] of LIMITS) {
      const limit = limitOf(resource, key);
      if (limit >= 0) report(`Virtual machine ${name} has ${key} of ${limit} ${unit}.`);
    }
  },
  remediateResource(resource, { exempt }) {
    if (exempt.includes(nameOf(resource))) return undefined;
    const set = LIMITS.filter(([key]) => limitOf(resource, key) >= 0);
    return set.length > 0 ? Object.fromEntries(set.map(([key]) => [key, -1])) : undefined;
  },
});

type Vm = Parameters<typeof read>[0];
const limitOf = (vm: Vm, key: string) => orUndefined(read(vm, key, z.number().default(-1))) ?? -1;
const nameOf = (vm: Vm) => orUndefined(read(vm, "name", z.string().optional())) ?? vm.name;
