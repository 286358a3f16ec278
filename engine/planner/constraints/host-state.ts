import type { Host } from "../../snapshot";
import { maskForm } from "./checks/mask";
import type { Constraint } from "./constraint";
import { deniedWhere, isOpen } from "./tables";

function stateOf(host: Host | null): string {
  if (host === null) return "not every host can take VMs";
  if (host.connection !== "connected")
    return `${host.name} is ${host.connection === "disconnected" ? "disconnected" : "not responding"}`;
  if (host.power !== "poweredOn") return `${host.name} is not powered on`;
  return `${host.name} is in ${host.maintenance ? "maintenance" : "quarantine"} mode`;
}

export const hostState: Constraint = {
  name: "host-state",
  title: "Host state",
  description:
    "A VM runs only on a host that is connected, powered on, and in neither maintenance nor quarantine mode.",
  reads: { request: [], inventory: ["connection, power, maintenance and quarantine of hosts"] },
  compile(model) {
    if (model.hosts.every(isOpen)) return [];
    const denied = deniedWhere(model, (_vm, host) => !isOpen(host));
    if (!denied) return [];
    return [
      {
        constraint: "host-state",
        name: "host state",
        origin: "world",
        hard: true,
        form: maskForm(denied),
        only: () => "in service",
        because: (_vm, host) => stateOf(host),
      },
    ];
  },
};
