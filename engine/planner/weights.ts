import { z } from "zod";

/**
 * What each objective weighs. The currency is unmet demand: a cost of 1 is 0.6 host-hours of a 24 h horizon that a
 * full host can't serve, or 2.4 host-hours of use within its safety margin (contention's 10 for a whole host and the
 * whole horizon, four times that above full capacity). In it, by default:
 *
 * - the failure of a critical VM's host is worth 5, as much as 3 hours of a whole host's work; of a normal VM's 2, of a
 *   low one's 1 (CRITICALITY_WEIGHT): HA has it up again within minutes, but what it was doing is lost. So a host with a
 *   probability of failing of 10 % gives 0.4 for each critical VM that leaves it, 0.17 for a normal and 0.08 for a low one:
 *   more than a move costs, most critical VMs first, and enough to use up other hosts' safety margins for hours. One of 4 %,
 *   as of a host that came up again today, gives 0.1, 0.04 and 0.02: VMs leave it for hosts with room, and don't crowd
 *   others for it. At twice the weight and more, hosts that had failed lately were left empty while others were overloaded;
 *   at 3, more VM-minutes were lost (ADR 17).
 *   See objectives/host-risk.ts for risks too small to act upon.
 * - a member of a group that fails together with another costs 100 besides: each was there to stand in for the other,
 *   and without both the service is gone, not just one restart of it.
 * - what VMs lose by their neighbours is demand that is not met: 40 for a whole host's work over the whole horizon,
 *   which is contention's price above full capacity.
 * - so is what a VM does worse on a host than on the one that serves its application or user best: 40 as well.
 * - 10 Gbit/s between two hosts for the whole horizon costs 2: it takes about 1 GHz per Gbit/s at either end, 20 GHz
 *   or a sixth of a host of 120 GHz, at contention's 10 and rounded up. Between zones four times that.
 * - a VM on the wrong side of a preferred rule costs 0.3: as much as a host a quarter of whose capacity is missing for
 *   three quarters of an hour.
 * - unevenness: a host that is full where the others are empty costs 1.
 *
 * Four are 0, which leaves them out until somebody asks for them:
 *
 * - classAffinity: how VMs of a class fared on a host depends on what else the host had to do, which contention judges
 *   by forecasts; 40 is its price where hosts differ in themselves.
 * - headroom: restart room is judged by HA admission control already; 1 makes a host without any of it as dear as one
 *   that is full where the others are empty.
 * - power: only a user can say that a host may be switched off; 1 for each busy host in use, half of it for an idle one.
 * - moveCost: `gainThreshold` is the price of a move already, the same for every VM. In the currency, to copy as much
 *   memory as a host has is worth 0.05: at 10 Gbit/s some seven minutes, in which two cores of 32 copy and the VMs lose
 *   about a tenth of their work, 0.03 host-hours in all.
 */
export const weightsSchema = z.strictObject({
  contention: z.number().nonnegative().default(10),
  hostRisk: z.number().nonnegative().default(5),
  correlatedFailure: z.number().nonnegative().default(100),
  interference: z.number().nonnegative().default(40),
  traffic: z.number().nonnegative().default(2),
  hostPreference: z.number().nonnegative().default(40),
  preference: z.number().nonnegative().default(3),
  balance: z.number().nonnegative().default(1),
  classAffinity: z.number().nonnegative().default(0),
  headroom: z.number().nonnegative().default(0),
  power: z.number().nonnegative().default(0),
  moveCost: z.number().nonnegative().default(0),
});
export type ObjectiveName = keyof z.infer<typeof weightsSchema>;
