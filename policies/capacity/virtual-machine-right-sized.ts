import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT } from "../placement";
import { orUndefined, read } from "../read";
import { NIST, PAGES } from "../references";
import { VIRTUAL_MACHINE } from "../vsphere";
import { sizesOf } from "./size";

const config = z.strictObject({
  maxVcpus: z.number().min(1).default(32).describe("Most vCPUs of one VM"),
  maxMemoryGb: z.number().positive().default(512).describe("Most memory of one VM, GiB"),
  minMemoryGbPerVcpu: z.number().min(0).default(0.5).describe("Least memory for each vCPU, GiB"),
  maxMemoryGbPerVcpu: z.number().positive().default(64).describe("Most memory for each vCPU, GiB"),
  exempt: z.array(z.string()).default([]).describe("Names of VMs that are as large as they have to be"),
});

/** By what is declared; by what is used, `vsphere-affinity` plans already. */
export const virtualMachineRightSized = definePolicy({
  name: "virtual-machine-right-sized",
  displayName: "Virtual machines are of a fair size",
  description: "A VM should not be larger than this policy allows, nor have CPU and memory out of proportion.",
  group: "capacity",
  enforcementLevel: "advisory",
  severity: "low",
  rationale:
    "A wide VM waits for as many cores at once and fits few hosts: it is the one that no host can restart, and that " +
    "no plan can move.",
  remediation: "take fewer vCPUs or less memory, several VMs in place of one, or list it in exempt.",
  url: PAGES.virtualMachine,
  references: [NIST.resourceAvailability],
  config,
  appliesTo: [VIRTUAL_MACHINE, PLACEMENT],
  checkResource(resource, { config, report }) {
    for (const { name, vcpus, memoryMb } of sizesOf(resource)) {
      if (config.exempt.includes(name)) continue;
      const gb = memoryMb === undefined ? undefined : memoryMb / 1024;
      if (vcpus !== undefined && vcpus > config.maxVcpus) {
        report(`Virtual machine ${name} has ${vcpus} vCPUs; at most ${config.maxVcpus} are allowed (maxVcpus).`);
      }
      if (gb !== undefined && gb > config.maxMemoryGb) {
        report(`Virtual machine ${name} has ${gb} GiB; at most ${config.maxMemoryGb} are allowed (maxMemoryGb).`);
      }
      if (gb === undefined || vcpus === undefined) continue;
      const [least, most] = [config.minMemoryGbPerVcpu, config.maxMemoryGbPerVcpu];
      if (gb / vcpus >= least && gb / vcpus <= most) continue;
      report(
        `Virtual machine ${name} has ${vcpus} vCPUs and ${gb} GiB: ${gb / vcpus} GiB each, not ${least} to ${most}.`,
      );
    }
    if (resource.type !== VIRTUAL_MACHINE) return;
    const perSocket = orUndefined(read(resource, "numCoresPerSocket", z.number().default(1)));
    const cpus = orUndefined(read(resource, "numCpus", z.number().default(1)));
    if (cpus !== undefined && perSocket !== undefined && perSocket > 0 && cpus % perSocket !== 0) {
      report(`Virtual machine ${resource.name} has ${cpus} vCPUs, which ${perSocket} cores per socket don't divide.`);
    }
  },
});
