import * as pulumi from "@pulumi/pulumi";
import { Placement } from "pulumi-vsphere-affinity/provider";

const config = new pulumi.Config();
const web = ["web-1", "web-2", "web-3"];
const database = ["db-1", "db-2"];

// Six machines of a shop, and a look at the rest of the cluster: which moves of what runs already would pay.
const shop = new Placement("shop", {
  cluster: config.require("cluster"),
  include: "all",
  virtualMachines: [
    ...web.map((name) => ({ name, vcpus: 4, memoryMb: 8192, networks: [], criticality: "high" as const })),
    ...database.map((name) => ({ name, vcpus: 8, memoryMb: 32768, criticality: "critical" as const })),
    { name: "cache-1", vcpus: 2, memoryMb: 16384 },
  ],
  groups: [
    { name: "database replicas", kind: "apart", members: database },
    { name: "web servers", kind: "apart", members: web, mandatory: false },
  ],
});

export const digest = shop.plan.digest;
export const hosts = shop.placements.apply((placements) =>
  Object.fromEntries(
    placements.filter(({ vm }) => [...web, ...database, "cache-1"].includes(vm)).map(({ vm, host }) => [vm, host]),
  ),
);
