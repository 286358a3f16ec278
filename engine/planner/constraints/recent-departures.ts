import { departureSchema } from "../request";
import { maskForm } from "./checks/mask";
import type { Constraint } from "./constraint";
import { hostsInNeed } from "./hosts-in-need";
import { deniedWhere } from "./tables";

/** Nearly full, for the forecast has its spread in it; and twice what is tolerated: a cause is more than a wavering estimate. */
const CROWDED = 0.75;
const LIKELIER = 2;

/**
 * A move back within a day says that one of the two was for nothing, unless something happened where the VM went. It is no
 * question of costs: forecasts waver by more than a move costs, and nearly always another VM, or another host, serves as well.
 */
export const recentDepartures: Constraint = {
  name: "recent-departures",
  title: "No way back without a cause",
  description:
    "A VM doesn't go back to a host that it was moved off lately, unless the one it is on now can't keep it, is crowded, " +
    "or is twice as likely to fail as is tolerated. A MigrationSchedule names the moves of the last 24 hours.",
  reads: {
    request: ["departures"],
    inventory: ["state of the hosts", "CPU and memory of the hosts"],
  },
  schema: departureSchema,
  compile(model) {
    const left = new Set(model.request.departures.map((gone) => `${gone.virtualMachine} ${gone.host}`));
    if (left.size === 0) return [];
    const inNeed = hostsInNeed(model, { within: 1, level: CROWDED, likelier: LIKELIER });
    const denied = deniedWhere(
      model,
      (vm, host, h) => h !== vm.current && left.has(`${vm.id} ${host.id}`),
      (vm) => vm.id !== null && vm.current >= 0 && !inNeed[vm.current],
    );
    if (!denied) return [];
    return [
      {
        constraint: "recent-departures",
        name: "recent departures",
        origin: "world",
        hard: true,
        form: maskForm(denied),
        because: (vm, host) =>
          `${vm?.name ?? "a VM"} was moved off ${host?.name ?? "its host"} lately, and nothing speaks against where it is`,
      },
    ];
  },
};
