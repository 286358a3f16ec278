import * as pulumi from "@pulumi/pulumi";
import { Placement } from "pulumi-vsphere-affinity/provider";

const config = new pulumi.Config();

// The machines to be. They get room on hosts that the telemetry speaks for, and never both on one.
const machines = ["replica-1", "replica-2"].map((name) => ({
  name,
  vcpus: 2,
  memoryMb: 2048,
  criticality: "high" as const,
}));

const placement = new Placement("replicas", {
  cluster: config.require("cluster"),
  virtualMachines: machines,
  groups: [{ name: "replicas", kind: "apart", members: machines.map(({ name }) => name) }],
});

// With @pulumi/vsphere: new vsphere.VirtualMachine(name, { hostSystemId: placement.hostId(name), … });
export const hosts = Object.fromEntries(machines.map(({ name }) => [name, placement.hostName(name)]));
export const digest = placement.plan.digest;
