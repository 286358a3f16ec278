import * as pulumi from "@pulumi/pulumi";
import * as vsphere from "@pulumi/vsphere";
import { Placement } from "pulumi-vsphere-affinity/provider";

const config = new pulumi.Config();
const datacenter = vsphere.getDatacenterOutput({ name: config.require("datacenter") });
const cluster = vsphere.getComputeClusterOutput({ name: config.require("cluster"), datacenterId: datacenter.id });
const datastore = vsphere.getDatastoreOutput({ name: config.require("datastore"), datacenterId: datacenter.id });
const network = vsphere.getNetworkOutput({ name: config.require("network"), datacenterId: datacenter.id });

const names = ["replica-1", "replica-2"];
const size = { vcpus: 2, memoryMb: 1024 };

const placement = new Placement("replicas", {
  cluster: config.require("cluster"),
  virtualMachines: names.map((name) => ({ name, ...size, criticality: "critical" as const })),
  groups: [{ name: "replicas", kind: "apart", members: names }],
});

const machines = names.map(
  (name) =>
    new vsphere.VirtualMachine(name, {
      name,
      resourcePoolId: cluster.resourcePoolId,
      // The planned host. Where DRS moves machines on its own, say ignoreChanges: ["hostSystemId"].
      hostSystemId: placement.hostId(name),
      datastoreId: datastore.id,
      numCpus: size.vcpus,
      memory: size.memoryMb,
      guestId: "otherLinux64Guest",
      networkInterfaces: [{ networkId: network.id }],
      disks: [{ label: "disk0", size: 1 }],
      waitForGuestNetTimeout: 0,
      waitForGuestIpTimeout: 0,
    }),
);

const rule = new vsphere.ComputeClusterVmAntiAffinityRule("replicas-apart", {
  name: "replicas-apart",
  computeClusterId: cluster.id,
  virtualMachineIds: machines.map((machine) => machine.id),
  mandatory: true,
});

export const hosts = Object.fromEntries(names.map((name) => [name, placement.hostName(name)]));
export const hostIds = Object.fromEntries(names.map((name) => [name, placement.hostId(name)]));
export const ruleName = rule.name;
export const digest = placement.plan.digest;
