import type { Host, Snapshot, VirtualMachine } from "../../snapshot/schema";
import { HOUR, type HourlyHistory, rowOf } from "../history";

/**
 * Telemetry names no hosts: a VM is taken to have been where it is now. An hour counts only where the use of the VMs that
 * a host has now explains the host's own, so that hours before a move are left out.
 */
const EXPLAINED = { least: 0.75, most: 1.1 };

export interface ExplainedHour {
  readonly host: Host & { readonly cpuMhz: number };
  /** Column of the history. */
  readonly hour: number;
  /** Epoch seconds of its end. */
  readonly at: number;
  readonly members: readonly { readonly vm: VirtualMachine; readonly row: number; readonly mhz: number }[];
}

/** Hours of hosts in which the VMs were those that are there now; hosts with fewer than two VMs are left out. */
export function* explainedHours(
  snapshot: Snapshot,
  vms: HourlyHistory,
  hosts: HourlyHistory,
): Generator<ExplainedHour> {
  const vmRow = new Map(vms.entities.map((id, row) => [id, row]));
  const hostRow = new Map(hosts.entities.map((id, row) => [id, row]));
  for (const host of snapshot.hosts) {
    const row = hostRow.get(host.id);
    const guests = snapshot.virtualMachines.filter((vm) => vm.host === host.id && vmRow.has(vm.id));
    const { cpuMhz } = host;
    if (row === undefined || cpuMhz === null || guests.length < 2) continue;
    const own = rowOf(hosts, "hostCpuMhz", row);
    const series = guests.map((vm) => {
      const at = vmRow.get(vm.id)!;
      return { vm, row: at, mhz: rowOf(vms, "vmCpuMhz", at) };
    });
    for (let hour = 0; hour < vms.hours; hour++) {
      const members = series.flatMap(({ vm, row: at, mhz }) =>
        Number.isNaN(mhz[hour]) ? [] : [{ vm, row: at, mhz: mhz[hour] }],
      );
      const explained = members.reduce((sum, { mhz }) => sum + mhz, 0) / own[hour];
      if (!(explained >= EXPLAINED.least && explained <= EXPLAINED.most)) continue;
      yield { host: { ...host, cpuMhz }, hour, at: (vms.firstHour + hour + 1) * HOUR, members };
    }
  }
}
