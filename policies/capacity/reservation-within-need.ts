import { z } from "zod";
import { definePolicy } from "../define";
import { PLACEMENT } from "../placement";
import { orUndefined, read, readEach } from "../read";
import { NIST, PAGES } from "../references";
import { UNKNOWN } from "../unknown";
import { VIRTUAL_MACHINE } from "../vsphere";
import { type Size, sizesOf } from "./size";

const config = z.strictObject({
  maxMemoryShare: z.number().min(0).max(1).default(0.5).describe("Most of a VM's memory that may be reserved"),
  maxCpuMhzPerVcpu: z.number().min(0).default(1000).describe("Most CPU that may be reserved for each vCPU, MHz"),
});
type Config = z.infer<typeof config>;

/** What is reserved is lost to all others, used or not. */
export const reservationWithinNeed = definePolicy({
  name: "reservation-within-need",
  displayName: "Reservations stay within need",
  description: "A VM should not reserve more CPU or memory than this policy allows for its size.",
  group: "capacity",
  enforcementLevel: "advisory",
  severity: "low",
  rationale:
    "Admission control counts reservations, not use: a cluster whose hosts idle refuses to power on the next VM.",
  remediation:
    "lower the reservations; devices in passthrough and high latency sensitivity need them whole and are left out.",
  url: PAGES.resourceManagement,
  references: [NIST.resourceAvailability],
  config,
  appliesTo: [VIRTUAL_MACHINE, PLACEMENT],
  checkResource(resource, { config, report, notApplicable }) {
    if (resource.type === VIRTUAL_MACHINE && needsAll(resource)) return notApplicable("its memory must be reserved");
    for (const size of sizesOf(resource)) {
      const { cpu, memory } = limitsOf(size, config);
      if (memory !== undefined && size.memoryReservationMb > memory) {
        report(
          `Virtual machine ${size.name} reserves ${size.memoryReservationMb} MB of memory; ${memory} are allowed.`,
        );
      }
      if (cpu !== undefined && size.cpuReservationMhz > cpu) {
        report(`Virtual machine ${size.name} reserves ${size.cpuReservationMhz} MHz of CPU; ${cpu} are allowed.`);
      }
    }
  },
  // A reservation is changed while the VM runs. Those of a Placement are not: its plan rests on them.
  remediateResource(resource, config) {
    if (resource.type !== VIRTUAL_MACHINE || needsAll(resource)) return undefined;
    const [size] = sizesOf(resource);
    const { cpu, memory } = limitsOf(size, config);
    const changes = {
      ...(memory !== undefined && size.memoryReservationMb > memory && { memoryReservation: memory }),
      ...(cpu !== undefined && size.cpuReservationMhz > cpu && { cpuReservation: cpu }),
    };
    return Object.keys(changes).length > 0 ? changes : undefined;
  },
});

function limitsOf({ vcpus, memoryMb }: Size, { maxMemoryShare, maxCpuMhzPerVcpu }: Config) {
  return {
    cpu: vcpus === undefined ? undefined : Math.floor(vcpus * maxCpuMhzPerVcpu),
    memory: memoryMb === undefined ? undefined : Math.floor(memoryMb * maxMemoryShare),
  };
}

function needsAll(vm: Parameters<typeof read>[0]): boolean {
  const devices = readEach(vm, "pciDeviceIds", z.string());
  const sensitivity = orUndefined(read(vm, "latencySensitivity", z.string().default("normal")));
  return devices === UNKNOWN || devices.length > 0 || sensitivity === undefined || sensitivity === "high";
}
