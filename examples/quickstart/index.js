// JavaScript, so that it runs where the package alone is installed. In TypeScript: ../vcenter.
const pulumi = require("@pulumi/pulumi");
const { Placement } = require("pulumi-vsphere-affinity/provider");

const config = new pulumi.Config();
const web = ["web-1", "web-2", "web-3"];
const database = ["db-1", "db-2"];

// Six machines of a shop, and a look at the rest of the cluster: which moves of what runs already would pay.
const shop = new Placement("shop", {
  cluster: config.require("cluster"),
  include: "all",
  virtualMachines: [
    ...web.map((name) => ({ name, vcpus: 4, memoryMb: 8192, networks: [], criticality: "high" })),
    ...database.map((name) => ({ name, vcpus: 8, memoryMb: 32768, criticality: "critical" })),
    { name: "cache-1", vcpus: 2, memoryMb: 16384 },
  ],
  groups: [
    { name: "database replicas", kind: "apart", members: database },
    { name: "web servers", kind: "apart", members: web, mandatory: false },
  ],
});

const digest = shop.plan.digest;

const hosts = shop.placements.apply((placements) =>
  Object.fromEntries(
    placements.filter(({ vm }) => [...web, ...database, "cache-1"].includes(vm)).map(({ vm, host }) => [vm, host]),
  ),
);
module.exports = { digest, hosts };
