import type { Host } from "../../snapshot";
import type { ModelVm } from "../problem/model";
import { departureSchema } from "../request";
import { maskForm } from "./checks/mask";
import type { Constraint } from "./constraint";
import { hostsInNeed } from "./hosts-in-need";
import { deniedWhere, isOpen } from "./tables";

/** Times the tolerated risk from which a VM goes wherever it can. */
const ABOUT_TO_FAIL = 35;
/** What counts as a need of one that could only go back: nearly full now, or twice what is tolerated. */
const NEED = { within: 1, level: 0.75, likelier: 2 } as const;

/**
 * A move back within a day says that one of the two was for nothing, unless something happened where the VM went. It is no
 * question of costs: forecasts waver by more than a move costs, and nearly always another VM, or another host, serves as well.
 * Whoever has to leave a host that is crowded, or shows a burst of disk latency, goes to one of those.
 */
export const recentDepartures: Constraint = {
  name: "recent-departures",
  title: "No way back without a cause",
  description:
    "A VM doesn't go back to a host that it was moved off lately, unless the one it is on now can't keep it, is 35 " +
    "times as likely to fail as is tolerated, or is crowded or likely to fail and the VM has left all others lately too. " +
    "A MigrationSchedule names the moves of the last 24 hours.",
  reads: {
    request: ["departures"],
    inventory: ["state of the hosts", "CPU and memory of the hosts"],
  },
  schema: departureSchema,
  compile(model) {
    const left = new Set(model.request.departures.map((gone) => `${gone.virtualMachine} ${gone.host}`));
    if (left.size === 0) return [];
    const hasLeft = (vm: ModelVm, host: Host): boolean => left.has(`${vm.id} ${host.id}`);
    const mustGo = hostsInNeed(model, { within: 0, likelier: ABOUT_TO_FAIL });
    const inNeed = hostsInNeed(model, NEED);
    const onlyBack = (vm: ModelVm): boolean =>
      model.hosts.every((host, h) => h === vm.current || !isOpen(host) || hasLeft(vm, host));
    const denied = deniedWhere(
      model,
      (vm, host, h) => h !== vm.current && hasLeft(vm, host),
      (vm) => vm.id !== null && vm.current >= 0 && !mustGo[vm.current] && !(inNeed[vm.current] && onlyBack(vm)),
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
