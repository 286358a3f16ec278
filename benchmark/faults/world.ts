import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { type Declaration, Declarations } from "../../engine/journal";
import { parseSettings, type Settings } from "../../provider/settings";
import { type Certificate } from "../../test/provider/vsphere/canned";
import { startVcenter, type Vcenter } from "../../test/testbed";
import { RESERVED_MB, TIMEOUT_SECONDS } from "./cluster";
import { Proxy } from "./proxy";
import type { Scene } from "./scene";
import { PreparationScene } from "./scenes/preparation";
import { RulesScene } from "./scenes/rules";
import { TasksScene } from "./scenes/tasks";
import { TrafficScene } from "./scenes/traffic";
import { SoapClient } from "./soap-client";
import { SCENES, type SceneName, type Start } from "./start";
import { Telemetry } from "./telemetry";

export interface Rule {
  readonly key: number;
  readonly name: string;
  readonly vms: readonly string[];
  readonly apart: boolean;
  readonly mandatory: boolean;
}

/** A resource pool, a VM or a scheduled task. */
export interface WorldObject {
  readonly type: "ResourcePool" | "VirtualMachine" | "ScheduledTask";
  readonly id: string;
  readonly name: string;
  /** Made by the product: its name says so. */
  readonly ours: boolean;
}

const VMS = 10;

/**
 * One simulated cluster of four hosts (one in maintenance) and ten VMs whose memory is reserved, in room for twelve, and
 * before it a proxy. Two hosts begin full, so one move too many to the third, or one before its room is free, breaks a
 * reservation. What is declared is a scene's.
 */
export class World {
  hosts: string[] = [];
  /** MB of each host, as the simulator says. */
  memoryMb = new Map<string, number>();
  vms: string[] = [];
  names: string[] = [];
  cluster = "";
  readonly scenes: Readonly<Record<SceneName, Scene<never>>>;
  private last: SceneName | null = null;

  private constructor(
    readonly vcenter: Vcenter,
    readonly proxy: Proxy,
    readonly telemetry: Telemetry,
    readonly client: SoapClient,
    private readonly certificate: Certificate,
    readonly folder: string,
  ) {
    this.scenes = {
      rules: new RulesScene(this),
      preparation: new PreparationScene(this),
      tasks: new TasksScene(this),
      traffic: new TrafficScene(this),
    };
  }

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
    await this.traffic.stop();
    await this.vcenter.stop();
  }

  get traffic(): TrafficScene {
    return this.scenes.traffic as unknown as TrafficScene;
  }

  scene<S extends Start>({ scene }: S): Scene<S> {
    return this.scenes[scene] as unknown as Scene<S>;
  }

  settings(journal: string, over: Readonly<Record<string, unknown>> = {}): Settings {
    return parseSettings(
      {
        vcenter: {
          server: this.proxy.address,
          user: this.vcenter.user,
          password: this.vcenter.password,
          caFile: this.certificate.certFile,
          timeoutSeconds: TIMEOUT_SECONDS,
        },
        telemetry: { influx: { url: this.telemetry.url, database: "telegraf", timeoutSeconds: 2 } },
        journal,
        device: "plain",
        plan: { gainThreshold: 0, maxMoves: 10 },
        ...over,
      },
      "the bench",
      {},
    );
  }

  /** Puts everything where a case begins, and writes the declarations into a journal of its own. */
  async begin(start: Start): Promise<Settings> {
    this.proxy.reset();
    this.telemetry.mood = "well";
    if (this.last !== null) await this.scenes[this.last].clear();
    this.last = start.scene;
    await this.placeMachines();
    const scene = this.scene(start);
    const journal = join(await mkdtemp(join(this.folder, "case-")), "journal.duckdb");
    const settings = this.settings(journal, await scene.settings());
    await scene.begin(start, settings);
    this.proxy.reset();
    return settings;
  }

  /** What there is of ours and belongs to nothing declared. */
  async orphans(start: Start, judge: Parameters<Scene["orphans"]>[1]): Promise<string[]> {
    const found: string[] = [];
    for (const name of SCENES) {
      const scene = this.scenes[name] as unknown as Scene;
      found.push(...(await scene.orphans(name === start.scene ? start : null, judge)));
    }
    return found;
  }

  declare(settings: Settings, { owner, kind, state }: Pick<Declaration, "owner" | "kind" | "state">): Promise<void> {
    return new Declarations(settings.journal).save({ owner, kind, cluster: this.key, state: { ...state, owner } });
  }

  get key(): string {
    return `${this.proxy.address}/${this.cluster}`;
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

  /** Pools, VMs and scheduled tasks. */
  async objects(): Promise<WorldObject[]> {
    const of = async (type: "ResourcePool" | "VirtualMachine") =>
      (await this.client.all(type, ["name"])).map(({ id, properties }) => objectOf(type, id, properties.name));
    const tasks = (await this.client.scheduledTasks()).map(({ id, name }) => objectOf("ScheduledTask", id, name));
    return [...(await of("ResourcePool")), ...(await of("VirtualMachine")), ...tasks];
  }

  async relocate(vm: string, host: string): Promise<void> {
    const spec = `<spec><host type="HostSystem">${host}</host></spec>`;
    await this.client.task("RelocateVM_Task", "VirtualMachine", vm, spec);
  }

  async addRule(name: string, vms: readonly string[], mandatory: boolean): Promise<void> {
    const members = vms.map((vm) => `<vm type="VirtualMachine">${vm}</vm>`).join("");
    await this.changeRules(
      `<operation>add</operation><info xsi:type="ClusterAntiAffinityRuleSpec"><enabled>true</enabled><name>${name}</name>` +
        `<mandatory>${mandatory}</mandatory><userCreated>true</userCreated>${members}</info>`,
    );
  }

  removeRule(key: number): Promise<void> {
    return this.changeRules(`<operation>remove</operation><removeKey xsi:type="xsd:int">${key}</removeKey>`);
  }

  /** Removes pools and VMs that the product made. */
  async removeOurs(): Promise<void> {
    const ours = (await this.objects()).filter((object) => object.ours);
    for (const { type, id } of ours.filter((object) => object.type !== "ScheduledTask")) {
      if (type === "VirtualMachine") {
        await this.client.task("PowerOffVM_Task", type, id).catch(() => undefined);
      }
      await this.client.task("Destroy_Task", type, id);
    }
    for (const { id } of ours.filter(({ type }) => type === "ScheduledTask")) {
      await this.client.call("RemoveScheduledTask", "ScheduledTask", id);
    }
  }

  /** Two hosts full and one half full, nothing on the one in maintenance; the rules' VMs share hosts, the foreign rule holds. */
  private async placeMachines(): Promise<void> {
    const [a, b, c] = this.hosts;
    await Promise.all([a, a, b, b, a, b, c, c, a, b].map((host, i) => this.relocate(this.vms[i], host)));
  }

  private async prepare(): Promise<void> {
    const byName = async (type: string) =>
      (await this.client.all(type, ["name"])).sort((a, b) => (a.properties.name < b.properties.name ? -1 : 1));
    this.hosts = (await byName("HostSystem")).map(({ id }) => id);
    const vms = await byName("VirtualMachine");
    [this.vms, this.names] = [vms.map(({ id }) => id), vms.map(({ properties }) => properties.name)];
    this.cluster = (await byName("ClusterComputeResource"))[0].id;
    for (const { id, properties } of await this.client.properties("HostSystem", this.hosts, ["hardware.memorySize"]))
      this.memoryMb.set(id, Number(properties["hardware.memorySize"]) / 2 ** 20);
    for (const vm of this.vms) {
      const spec = `<spec><memoryMB>${RESERVED_MB}</memoryMB><memoryAllocation><reservation>${RESERVED_MB}</reservation></memoryAllocation></spec>`;
      await this.client.task("ReconfigVM_Task", "VirtualMachine", vm, spec);
    }
    await this.placeMachines();
    await this.client.task("EnterMaintenanceMode_Task", "HostSystem", this.hosts[3], "<timeout>0</timeout>");
    await this.addRule("theirs", [this.vms[4], this.vms[5]], true);
  }

  private changeRules(rule: string): Promise<void> {
    const spec = `<spec xsi:type="ClusterConfigSpecEx"><rulesSpec>${rule}</rulesSpec></spec><modify>true</modify>`;
    return this.client.task("ReconfigureComputeResource_Task", "ClusterComputeResource", this.cluster, spec);
  }
}

const objectOf = (type: WorldObject["type"], id: string, name: string): WorldObject => ({
  ...{ type, id, name, ours: name.startsWith("affinity") },
});
