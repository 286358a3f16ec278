import { isIP, SocketAddress } from "node:net";
import { z } from "zod";

const name = z.string().min(1);

/** How often a group may fall below what it needs within the horizon: by how much is at stake. */
export const GROUP_RISK_BOUND = { low: 0.05, normal: 0.01, high: 0.002, critical: 0.0005 } as const;

/** The one way of writing an address: IPv6 has several. */
const addressSchema = z
  .string()
  .refine((text) => isIP(text) !== 0, { error: "an IPv4 or IPv6 address is wanted" })
  .transform((address) => (isIP(address) === 6 ? new SocketAddress({ address, family: "ipv6" }).address : address));

const trafficSchema = z.strictObject({
  name: name.describe("DNS name under which clients find the VMs"),
  addresses: z
    .record(name, addressSchema)
    .describe("Address of each VM behind the name; VMs without one are left alone"),
});

/** What is done for a group of VMs before a failure that is predicted. */
export const proactiveRequestSchema = z
  .strictObject({
    cluster: name.describe("Name or id"),
    virtualMachines: z
      .array(name)
      .min(1)
      .describe("Names (or ids) of alike VMs, any of which can stand in for another"),
    needed: z.number().int().min(1).default(1).describe("How many of them must run for the service to be there"),
    criticality: z.enum(["low", "normal", "high", "critical"]).default("normal"),
    riskThreshold: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.02)
      .describe(
        "A VM is at risk when it fails within the horizon with more than this probability; no longer at half of it",
      ),
    riskBound: z
      .number()
      .min(1e-4)
      .lt(1)
      .optional()
      .describe("Probability within the horizon that fewer than `needed` are left; absent: by criticality"),
    maxReplicas: z.number().int().min(1).max(64).default(16).describe("No more VMs than this are suggested"),
    reserve: z.boolean().default(true).describe("Keep room on healthy hosts for the VMs at risk to restart in"),
    traffic: trafficSchema.optional().describe("Absent: traffic is never redirected"),
  })
  .superRefine((request, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    const { virtualMachines, needed, maxReplicas, traffic } = request;
    if (new Set(virtualMachines).size !== virtualMachines.length)
      problem(["virtualMachines"], "a virtual machine is given twice");
    if (needed > maxReplicas) problem(["needed"], "needed must not be above maxReplicas");
    for (const vm of Object.keys(traffic?.addresses ?? {})) {
      if (!virtualMachines.includes(vm))
        problem(["traffic", "addresses", vm], `"${vm}" is none of the virtualMachines`);
    }
    const addresses = Object.values(traffic?.addresses ?? {});
    if (new Set(addresses).size !== addresses.length) problem(["traffic", "addresses"], "an address is given twice");
  });
export type ProactiveRequest = z.infer<typeof proactiveRequestSchema>;
