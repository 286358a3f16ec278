import { inVcenter } from "../../test/e2e/simulated-project";
import { startVcenter, type Vcenter } from "../../test/testbed";
import { SoapClient } from "../faults/soap-client";
import type { SimulatedCluster } from "../month/cluster";
import type { Scenario } from "../month/scenario";

/** Host by VM, ids. */
export type Positions = ReadonlyMap<string, string>;

/**
 * govmomi's simulator furnished like a scenario: as many hosts of the same size, the same VMs on them, the rules between
 * VMs. It runs no VM and loses no host by itself: what the scenario's troubles and HA do is done to it (`follow`). Where
 * VMs run is asked for in a session of its own, which shares no code with the product's.
 */
export class SimulatorBed {
  /** What the simulator knew last. */
  private readonly down = new Set<string>();
  private readonly off = new Set<string>();
  /** What its clock said at the last look, epoch seconds. */
  private clock: number;

  private constructor(
    readonly vcenter: Vcenter,
    /** With the simulator's inventory in place of the one that was drawn. */
    readonly scenario: Scenario,
    private readonly client: SoapClient,
  ) {
    this.clock = scenario.from;
  }

  static async start(drawn: Scenario): Promise<SimulatorBed> {
    const { hosts } = drawn.snapshot;
    const hostSizes = hosts.map(({ cpuMhz, cores, memoryMb }) => ({
      cores: cores!,
      mhzPerCore: Math.round(cpuMhz! / cores!),
      memoryMb: memoryMb!,
    }));
    const vcenter = await startVcenter({ hosts: hosts.length, vms: drawn.vms.length, hostSizes, clock: drawn.from });
    try {
      const client = new SoapClient(vcenter.server);
      await client.logIn(vcenter.user, vcenter.password);
      await furnish(vcenter, client, drawn);
      return new SimulatorBed(vcenter, await inhabited(vcenter, drawn), client);
    } catch (error) {
      await vcenter.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.vcenter.stop();
  }

  /** Makes the simulator as the cluster is now: hosts that answer, VMs that run, where HA has started them, its clock. */
  async follow(cluster: SimulatedCluster, seconds: number): Promise<void> {
    const { client } = this;
    const { snapshot, vms } = this.scenario;
    const at = await this.positions();
    for (const [v, { id }] of vms.entries()) {
      const down = cluster.state[v] === "down";
      const host = snapshot.hosts[cluster.at[v]].id;
      if (down === this.off.has(id) && at.get(id) === host) continue;
      if (!this.off.has(id)) await client.task("PowerOffVM_Task", "VirtualMachine", id);
      this.off.add(id);
      if (at.get(id) !== host) await relocate(client, id, host);
      if (down) continue;
      await client.task("PowerOnVM_Task", "VirtualMachine", id);
      this.off.delete(id);
    }
    for (const [h, { id }] of snapshot.hosts.entries()) {
      if (cluster.up[h] !== this.down.has(id)) continue;
      await client.task(cluster.up[h] ? "ReconnectHost_Task" : "DisconnectHost_Task", "HostSystem", id);
      if (cluster.up[h]) this.down.delete(id);
      else this.down.add(id);
    }
    await this.vcenter.advance(seconds - this.clock);
    this.clock = seconds;
  }

  /** Host by VM, as the simulator says. */
  async positions(): Promise<Positions> {
    const ids = this.scenario.vms.map(({ id }) => id);
    const found = await this.client.properties("VirtualMachine", ids, ["runtime.host"]);
    return new Map(found.map(({ id, properties }) => [id, properties["runtime.host"]]));
  }
}

const relocate = (client: SoapClient, vm: string, host: string): Promise<void> =>
  client.task("RelocateVM_Task", "VirtualMachine", vm, `<spec><host type="HostSystem">${host}</host></spec>`);

const byNumber = <T extends { readonly name: string }>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => numberOf(a.name) - numberOf(b.name));
const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0]);

/** VMs' sizes and hosts, then the rules between them. */
async function furnish(vcenter: Vcenter, client: SoapClient, drawn: Scenario): Promise<void> {
  await inVcenter(vcenter, async (actions, { clusters: [cluster], hosts, virtualMachines }) => {
    const [theirHosts, theirVms] = [byNumber(hosts), byNumber(virtualMachines)];
    const hostOf = new Map(drawn.snapshot.hosts.map(({ id }, h) => [id, theirHosts[h].id]));
    const vmOf = new Map(drawn.vms.map(({ id }, v) => [id, theirVms[v].id]));
    for (const { id, vcpus, memoryMb, host, memoryReservationMb } of drawn.vms) {
      const allocation = `<memoryAllocation><reservation>${Math.floor(memoryReservationMb)}</reservation></memoryAllocation>`;
      const spec = `<spec><numCPUs>${vcpus!}</numCPUs><memoryMB>${memoryMb!}</memoryMB>${allocation}</spec>`;
      await client.task("ReconfigVM_Task", "VirtualMachine", vmOf.get(id)!, spec);
      await relocate(client, vmOf.get(id)!, hostOf.get(host!)!);
    }
    for (const rule of drawn.snapshot.clusters[0].rules) {
      if (rule.kind !== "vmAffinity" && rule.kind !== "vmAntiAffinity") continue;
      const members = rule.virtualMachines.flatMap((id) => vmOf.get(id) ?? []);
      if (members.length > 1) await actions.addRule(cluster.id, { ...rule, virtualMachines: members });
    }
  });
}

/** The scenario with the simulator's own inventory, hosts and VMs in the scenario's order. */
function inhabited(vcenter: Vcenter, drawn: Scenario): Promise<Scenario> {
  return inVcenter(vcenter, (_, snapshot) => ({
    ...drawn,
    snapshot: { ...snapshot, hosts: byNumber(snapshot.hosts) },
    cluster: snapshot.clusters[0].id,
    vms: byNumber(snapshot.virtualMachines),
  }));
}
