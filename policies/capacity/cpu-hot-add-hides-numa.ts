import { z } from "zod";
import { definePolicy } from "../define";
import { read } from "../read";
import { PAGES } from "../references";
import { VIRTUAL_MACHINE } from "../vsphere";

const config = z.strictObject({
  maxVcpus: z.number().min(1).default(8).describe("vCPUs above which a VM should see its NUMA nodes"),
});

/** No remediation: to turn hot add off the VM must be powered off. */
export const cpuHotAddHidesNuma = definePolicy({
  name: "cpu-hot-add-hides-numa",
  displayName: "Wide virtual machines see their NUMA nodes",
  description: "A VM with more vCPUs than configured should not have CPU hot add on.",
  group: "capacity",
  enforcementLevel: "advisory",
  severity: "low",
  rationale:
    "With CPU hot add ESXi shows no virtual NUMA topology: a wide guest takes all its memory for near, and half of it " +
    "is not.",
  remediation: "set cpuHotAddEnabled: false at the next power-off.",
  url: PAGES.resourceManagement,
  config,
  appliesTo: [VIRTUAL_MACHINE],
  checkResource(resource, { config, report }) {
    const cpus = read(resource, "numCpus", z.number().default(1));
    if (typeof cpus === "symbol" || cpus <= config.maxVcpus) return;
    if (read(resource, "cpuHotAddEnabled", z.boolean().default(false)) !== true) return;
    report(`Virtual machine ${resource.name} has ${cpus} vCPUs and CPU hot add on.`);
  },
});
