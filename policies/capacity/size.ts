import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { z } from "zod";
import { known, orUndefined, read } from "../read";
import { PLACEMENT, readPlacement } from "../placement";
import { VIRTUAL_MACHINE } from "../vsphere";

/** What a VM is given: undefined where it isn't known, or not said. */
export interface Size {
  readonly name: string;
  readonly vcpus: number | undefined;
  readonly memoryMb: number | undefined;
  readonly cpuReservationMhz: number;
  readonly memoryReservationMb: number;
}

/** The sizes that a `VirtualMachine` or a `Placement` declares. The defaults are those of the vSphere provider. */
export function sizesOf(resource: ResourceValidationArgs | PolicyResource): Size[] {
  if (resource.type === PLACEMENT) return known(readPlacement(resource).virtualMachines).map(fromRequest);
  if (resource.type !== VIRTUAL_MACHINE) return [];
  const number = (key: string, fallback?: number) =>
    orUndefined(read(resource, key, fallback === undefined ? z.number().optional() : z.number().default(fallback)));
  return [
    {
      name: orUndefined(read(resource, "name", z.string().optional())) ?? resource.name,
      vcpus: number("numCpus", 1),
      memoryMb: number("memory", 1024),
      cpuReservationMhz: number("cpuReservation") ?? 0,
      memoryReservationMb: number("memoryReservation") ?? 0,
    },
  ];
}

const fromRequest = (vm: {
  name: string;
  vcpus?: number;
  memoryMb?: number;
  cpuReservationMhz: number;
  memoryReservationMb: number;
}): Size => ({
  name: vm.name,
  vcpus: vm.vcpus,
  memoryMb: vm.memoryMb,
  cpuReservationMhz: vm.cpuReservationMhz,
  memoryReservationMb: vm.memoryReservationMb,
});
