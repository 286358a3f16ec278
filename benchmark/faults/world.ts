import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { Declarations } from "../../engine/journal";
import { parseSettings, type Settings } from "../../provider/settings";
import { applyStickiness } from "../../provider/stickiness/lifecycle";
import { checkStickiness } from "../../provider/stickiness/check";
import { type Certificate } from "../../test/provider/vsphere/canned";
import { startVcenter, type Vcenter } from "../../test/testbed";
import { Proxy } from "./proxy";
import { SoapClient } from "./soap-client";
import { Telemetry } from "./telemetry";

export interface Rule {
  readonly key: number;
  readonly name: string;
  readonly vms: readonly string[];
  readonly apart: boolean;
  readonly mandatory: boolean;
}

/** How a rule of ours stands when a case begins. */
export const RULE_STATES = ["missing", "present", "changed", "unneeded", "expired"] as const;
export type RuleState = (typeof RULE_STATES)[number];

export interface Start {
  readonly rules: readonly RuleState[];
  readonly onFailure: "stop" | "revert";
  readonly concurrency: number;
}

const OWNERS = ["bench/faults/front", "bench/faults/back"];
const MOVES = "bench/faults/moves";
/** Of each VM, all of it reserved: a host of the simulator's 4 GB has room for four. */
export const RESERVED_MB = 960;
const VMS = 10;

/**
 * One simulated cluster of four hosts (one in maintenance) and ten VMs whose memory is reserved, in room for twelve, before
 * it a proxy, and the declarations that an `apply` has to keep true: two rules and a schedule of moves. Two hosts begin
 * full, so one move too many to the third, or one before its room is free, breaks a reservation.
 */
export class World {
  hosts: string[] = [];
  /** MB of each host, as the simulator says. */
  memoryMb = new Map<string, number>();
  vms: string[] = [];
  cluster = "";
  source = "";
  private names: string[] = [];
  private templates: Record<string, unknown>[] = [];
  private poolsAtFirst = 0;

  private constructor(
    readonly vcenter: Vcenter,
    readonly proxy: Proxy,
    readonly telemetry: Telemetry,
    readonly client: SoapClient,
    private readonly certificate: Certificate,
    private readonly folder: string,
  ) {}

  static async start(certificate: Certificate, folder: string): Promise<World> {
    const vcenter = await startVcenter({ hosts: 4, vms: VMS });
    const proxy = await Proxy.start(certificate, vcenter.server);
    const client = new SoapClient(vcenter.server);
    await client.logIn(vcenter.user, vcenter.password);
    const world = new World(vcenter, proxy, await Telemetry.start(), client, certificate, folder);
    await world.prepare();
    return world;
  }

  async stop(): Promise<void> {
    this.client.close();
    this.proxy.stop();
    this.telemetry.stop();
    await this.vcenter.stop();
  }

  settings(journal: string): Settings {
    return parseSettings(
      {
        vcenter: {
          server: this.proxy.address,
          user: this.vcenter.user,
          password: this.vcenter.password,
          caFile: this.certificate.certFile,
          timeoutSeconds: 3,
        },
        telemetry: { influx: { url: this.telemetry.url, database: "telegraf", timeoutSeconds: 2 } },
        journal,
        device: "plain",
        plan: { gainThreshold: 0, maxMoves: 10 },
      },
      "the bench",
      {},
    );
  }

  ruleName(index: number): string {
    return `affinity ${OWNERS[index]}`;
  }

  ruleMembers(index: number): string[] {
    return this.vms.slice(2 * index, 2 * index + 2);
  }

  /** Puts VMs and rules where a case begins, and writes the declarations into a journal of its own. */
  async begin(start: Start): Promise<Settings> {
    this.proxy.reset();
    this.telemetry.mood = "well";
    const settings = this.settings(join(await mkdtemp(join(this.folder, "case-")), "journal.duckdb"));
    await Promise.all(
      this.initialHosts().map((host, i) =>
        this.client.task(
          "RelocateVM_Task",
          "VirtualMachine",
          this.vms[i],
          `<spec><host type="HostSystem">${host}</host></spec>`,
        ),
      ),
    );
    const old = (await this.rules()).filter(({ name }) => name.startsWith("affinity "));
    for (const { key } of old)
      await this.changeRules(`<operation>remove</operation><removeKey xsi:type="xsd:int">${key}</removeKey>`);
    const declarations = new Declarations(settings.journal);
    for (const [index, how] of start.rules.entries()) {
      if (how !== "missing") {
        const members = how === "changed" ? this.vms.slice(5, 8) : this.ruleMembers(index);
        await this.addRule(this.ruleName(index), members, false);
      }
      const key = (await this.rules()).find(({ name }) => name === this.ruleName(index))?.key ?? 4242;
      const state = { ...this.templates[index], key, ...over(how) };
      await declarations.save({ owner: OWNERS[index], kind: "Stickiness", cluster: this.key, state });
    }
    const state = {
      owner: MOVES,
      cluster: "DC0_C0",
      budget: { movesPerRun: 10, movesPerDay: 60, concurrency: start.concurrency },
      onFailure: start.onFailure,
    };
    await declarations.save({ owner: MOVES, kind: "MigrationSchedule", cluster: this.key, state });
    return settings;
  }

  get key(): string {
    return `${this.source}/${this.cluster}`;
  }

  /** The host of each VM. */
  async positions(): Promise<Map<string, string>> {
    const found = await this.client.properties("VirtualMachine", this.vms, ["runtime.host"]);
    return new Map(found.map(({ id, properties }) => [id, properties["runtime.host"]]));
  }

  async rules(): Promise<Rule[]> {
    const [found] = await this.client.properties("ClusterComputeResource", [this.cluster], ["configurationEx"]);
    const inner = found?.properties.configurationEx ?? "";
    return [...inner.matchAll(/<rule [^>]*type="(\w+)"[^>]*>([\s\S]*?)<\/rule>/g)].map(([, kind, content]) => ({
      key: Number(/<key>(\d+)</.exec(content)?.[1]),
      name: /<name>([^<]*)</.exec(content)?.[1] ?? "",
      vms: [...content.matchAll(/<vm type="VirtualMachine">([^<]*)</g)].map(([, id]) => id).sort(),
      apart: kind === "ClusterAntiAffinityRuleSpec",
      mandatory: content.includes("<mandatory>true<"),
    }));
  }

  /** Resource pools that were not there when the world was made. */
  async strayPools(): Promise<number> {
    return (await this.client.all("ResourcePool", ["name"])).length - this.poolsAtFirst;
  }

  /** Two hosts full and one half full, nothing on the one in maintenance; each rule's VMs share a host, the foreign rule holds. */
  private initialHosts(): string[] {
    const [a, b, c] = this.hosts;
    return [a, a, b, b, a, b, c, c, a, b];
  }

  private async prepare(): Promise<void> {
    const byName = async (type: string) =>
      (await this.client.all(type, ["name"])).sort((a, b) => (a.properties.name < b.properties.name ? -1 : 1));
    this.hosts = (await byName("HostSystem")).map(({ id }) => id);
    const vms = await byName("VirtualMachine");
    [this.vms, this.names] = [vms.map(({ id }) => id), vms.map(({ properties }) => properties.name)];
    this.cluster = (await byName("ClusterComputeResource"))[0].id;
    this.poolsAtFirst = (await this.client.all("ResourcePool", ["name"])).length;
    for (const { id, properties } of await this.client.properties("HostSystem", this.hosts, ["hardware.memorySize"]))
      this.memoryMb.set(id, Number(properties["hardware.memorySize"]) / 2 ** 20);
    this.source = this.proxy.address;
    for (const vm of this.vms) {
      const spec = `<spec><memoryMB>${RESERVED_MB}</memoryMB><memoryAllocation><reservation>${RESERVED_MB}</reservation></memoryAllocation></spec>`;
      await this.client.task("ReconfigVM_Task", "VirtualMachine", vm, spec);
    }
    const settings = this.settings(join(this.folder, "template.duckdb"));
    const now = Math.floor(Date.now() / 1000);
    for (const [index, owner] of OWNERS.entries()) {
      const virtualMachines = this.names.slice(2 * index, 2 * index + 2);
      const user = { owner, cluster: "DC0_C0", virtualMachines, riskBound: 1e-6, maxHours: 24 };
      this.templates.push({ ...(await applyStickiness({}, await checkStickiness({}, user, settings, now), settings)) });
    }
    await Promise.all(
      this.initialHosts().map((host, i) =>
        this.client.task(
          "RelocateVM_Task",
          "VirtualMachine",
          this.vms[i],
          `<spec><host type="HostSystem">${host}</host></spec>`,
        ),
      ),
    );
    await this.client.task("EnterMaintenanceMode_Task", "HostSystem", this.hosts[3], "<timeout>0</timeout>");
    await this.addRule("theirs", [this.vms[4], this.vms[5]], true);
  }

  private addRule(name: string, vms: readonly string[], mandatory: boolean): Promise<void> {
    const members = vms.map((vm) => `<vm type="VirtualMachine">${vm}</vm>`).join("");
    return this.changeRules(
      `<operation>add</operation><info xsi:type="ClusterAntiAffinityRuleSpec"><enabled>true</enabled><name>${name}</name>` +
        `<mandatory>${mandatory}</mandatory><userCreated>true</userCreated>${members}</info>`,
    );
  }

  private changeRules(rule: string): Promise<void> {
    const spec = `<spec xsi:type="ClusterConfigSpecEx"><rulesSpec>${rule}</rulesSpec></spec><modify>true</modify>`;
    return this.client.task("ReconfigureComputeResource_Task", "ClusterComputeResource", this.cluster, spec);
  }
}

/** What of the declared state differs from that of a rule that was made just now. */
function over(how: RuleState): Record<string, unknown> {
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  if (how === "unneeded") return { riskBound: 0.99, since: ago(5) };
  return how === "expired" ? { since: ago(30), expiresAt: ago(2) } : {};
}
